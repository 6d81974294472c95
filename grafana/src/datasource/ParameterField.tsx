import { InlineField, Input, TextArea } from '@grafana/ui';
import React, { useState } from 'react';
import { PickMany, PickOne } from './Picker';
import type { Option, Parameter } from './types';
import { join, split } from './values';

interface Props {
  inputId: string;
  parameter: Parameter;
  value: string;
  /** Choices that are always there: the dashboard's variables. */
  variables: Option[];
  loadOptions: () => Promise<Option[]>;
  onChange: (value: string) => void;
}

const LABEL_WIDTH = 16;

/** One parameter of a query, as a list to choose from or as a text. */
export function ParameterField(props: Props) {
  const { inputId, parameter } = props;
  const isText = parameter.type === 'input' || parameter.type === 'textarea';
  return (
    <InlineField
      label={parameter.label ?? parameter.name}
      labelWidth={LABEL_WIDTH}
      htmlFor={inputId}
      tooltip={emptyMeaning(parameter)}
    >
      {isText ? <TextField {...props} /> : <ListField {...props} />}
    </InlineField>
  );
}

function emptyMeaning(parameter: Parameter): string {
  return parameter.default ? `Left empty, it is ${parameter.default}.` : 'Left empty, it means all.';
}

function TextField({ inputId, parameter, value, onChange }: Props) {
  const props = {
    id: inputId,
    defaultValue: value,
    onBlur: (event: React.FocusEvent<HTMLInputElement | HTMLTextAreaElement>) => onChange(event.target.value),
  };
  // The key starts the field anew when the value changes from outside.
  return parameter.type === 'textarea' ? (
    <TextArea key={value} {...props} cols={parameter.width ?? 40} rows={3} />
  ) : (
    <Input key={value} {...props} width={parameter.width ?? 40} />
  );
}

function ListField({ inputId, parameter, value, variables, loadOptions, onChange }: Props) {
  const [loaded, setLoaded] = useState<Option[]>();
  const [isLoading, setIsLoading] = useState(false);

  const load = async () => {
    setIsLoading(true);
    // A list that cannot be loaded leaves what the query already offers; values can be typed all the same.
    setLoaded(await loadOptions().catch(() => undefined));
    setIsLoading(false);
  };
  const common = {
    inputId,
    label: parameter.label ?? parameter.name,
    choices: [...variables, ...(loaded ?? parameter.options ?? [])],
    width: parameter.width ?? 40,
    isLoading,
    onOpen: load,
  };
  return parameter.type === 'select' ? (
    <PickOne {...common} value={value} onChange={onChange} />
  ) : (
    <PickMany {...common} values={split(value)} onChange={(values) => onChange(join(values))} />
  );
}
