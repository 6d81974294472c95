import {
  createDataFrame,
  FieldType,
  toDataFrame,
  type DataFrame,
  type DataFrameDTO,
  type MetricFindValue,
} from '@grafana/data';
import { Failure } from '../shared/failure';
import type { Metric, OpsSightQuery } from './types';

/** The frames of an answer, each under the refId of the query that asked for it. */
export function toFrames(answer: unknown, targets: OpsSightQuery[]): DataFrame[] {
  if (!Array.isArray(answer)) {
    throw new Failure('OpsSight answered with something else than a list of frames.');
  }
  const only = targets.length === 1 ? targets[0]?.refId : undefined;
  return answer.map((dto: DataFrameDTO) => {
    const frame = toDataFrame(dto);
    return frame.refId === undefined && only !== undefined ? { ...frame, refId: only } : frame;
  });
}

/** The values of a variable, from a list of texts, of `__text`/`__value` pairs, or from a frame. */
export function toValues(answer: unknown): MetricFindValue[] {
  const items: unknown[] = Array.isArray(answer) ? answer : [answer];
  return items.flatMap((item) => (isObject(item) && Array.isArray(item.fields) ? fromFrame(item) : [fromItem(item)]));
}

/** The frame that Grafana reads a variable's values from. */
export function toValueFrame(values: MetricFindValue[], refId: string): DataFrame {
  return createDataFrame({
    refId,
    fields: [
      { name: 'text', type: FieldType.string, values: values.map(({ text }) => text) },
      { name: 'value', type: FieldType.string, values: values.map(({ value }) => value) },
    ],
  });
}

/** The queries that OpsSight offers; an entry may be just a name. */
export function toMetrics(answer: unknown): Metric[] {
  if (!Array.isArray(answer)) {
    throw new Failure('OpsSight answered with something else than a list of queries.');
  }
  return answer.map((entry: Metric | string) => {
    const metric = typeof entry === 'string' ? { value: entry } : entry;
    return { ...metric, connector: metric.connector ?? metric.value.split('/')[0] };
  });
}

function fromFrame(dto: Record<string, unknown>): MetricFindValue[] {
  const { fields, length } = toDataFrame(dto);
  const named = (...names: string[]) => fields.find((field) => names.includes(field.name));
  const texts = named('__text', 'text') ?? fields.find((field) => field.type === FieldType.string) ?? fields[0];
  const values = named('__value', 'value') ?? texts;
  return Array.from({ length }, (_, row) => pair(texts?.values[row], values?.values[row]));
}

function fromItem(item: unknown): MetricFindValue {
  if (!isObject(item)) {
    return pair(item, item);
  }
  const text = item.__text ?? item.text ?? item.__value ?? item.value;
  return pair(text, item.__value ?? item.value ?? text);
}

function pair(text: unknown, value: unknown): MetricFindValue {
  return { text: String(text ?? ''), value: String(value ?? '') };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
