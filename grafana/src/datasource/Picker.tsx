/* eslint-disable @typescript-eslint/no-deprecated -- Select and MultiSelect work alike from Grafana 11.6 to 13, their successors do not. */
import type { SelectableValue } from '@grafana/data';
import { MultiSelect, Select } from '@grafana/ui';
import React from 'react';

export type Choice = SelectableValue<string>;

interface CommonProps {
  inputId: string;
  label: string;
  choices: Choice[];
  width?: number;
  isLoading?: boolean;
  onOpen?: () => void;
}

interface OneProps extends CommonProps {
  value: string;
  onChange: (value: string) => void;
  /** Whether a choice answers a search; by its label when left out. */
  matches?: (value: string, search: string) => boolean;
  /** Whether a typed text can be taken as it is; any can when left out. */
  isOwn?: (text: string) => boolean;
}

interface ManyProps extends CommonProps {
  values: string[];
  onChange: (values: string[]) => void;
}

/** Chooses one of many with a search; a value that is not among the choices is shown as it is. */
export function PickOne({ value, onChange, matches, isOwn, ...rest }: OneProps) {
  return (
    <Select
      {...common(rest)}
      aria-label={rest.label}
      value={value === '' ? null : choiceOf(value, rest.choices)}
      onChange={(choice: Choice | null) => onChange(choice?.value ?? '')}
      filterOption={matches && ((option, search) => isNew(option) || matches(option.value ?? '', search))}
      allowCustomValue
      isValidNewOption={isOwn}
      isClearable
    />
  );
}

/** Chooses several of many; own values, such as `${team:csv}`, can be typed. */
export function PickMany({ values, onChange, ...rest }: ManyProps) {
  return (
    <MultiSelect
      {...common(rest)}
      aria-label={rest.label}
      value={values.map((value) => choiceOf(value, rest.choices))}
      onChange={(choices: Choice[]) => onChange(choices.map((choice) => choice.value ?? ''))}
      allowCustomValue
      isClearable
      closeMenuOnSelect={false}
    />
  );
}

function common({ inputId, choices, width, isLoading, onOpen }: CommonProps) {
  return { inputId, options: choices, width, isLoading, onOpenMenu: onOpen };
}

function choiceOf(value: string, choices: Choice[]): Choice {
  return choices.find((choice) => choice.value === value) ?? { label: value, value };
}

/** The entry that takes over what was typed always answers the search. */
function isNew(option: Choice & { data?: Choice }): boolean {
  return option.data?.__isNew__ === true;
}
