import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import type { OpsSightQuery, Payload } from './types';

/** Several values as OpsSight reads them: separated by commas, as a JSON array where a value holds a comma. */
export function join(values: string[]): string {
  return values.some((value) => value.includes(',')) ? JSON.stringify(values) : values.join(',');
}

/** The values that a text of `join` or of a person holds. Inside `${…}` a comma does not separate. */
export function split(text: string): string[] {
  if (text === '') {
    return [];
  }
  return jsonList(text) ?? text.split(/,(?![^{}]*\})/);
}

/** The query as it is sent: variables replaced by their values, in the format that each was typed with. */
export function interpolate(query: OpsSightQuery, templates: TemplateSrv, scopedVars: ScopedVars): OpsSightQuery {
  const payload: Payload = {};
  for (const [name, value] of Object.entries(query.payload ?? {})) {
    payload[name] = interpolateValue(value, (text) => templates.replace(text, scopedVars, listed));
  }
  return { ...query, target: templates.replace(query.target ?? '', scopedVars), payload };
}

/** Replaces variables in a value; a list of several stays one flat list, whatever its variables hold. */
function interpolateValue(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value !== 'string' && !Array.isArray(value)) {
    return value;
  }
  const items = Array.isArray(value) ? value.map(String) : split(value);
  if (typeof value === 'string' && items.length <= 1) {
    return replace(value);
  }
  return join(
    items.flatMap((item) => {
      const replaced = replace(item);
      return replaced === item ? [item] : split(replaced);
    })
  );
}

/** The format of a variable that names none: Grafana's own default, `{a,b}`, is read by no server. */
function listed(value: unknown): string {
  return join((Array.isArray(value) ? value : [value]).map(String));
}

function jsonList(text: string): string[] | undefined {
  if (!text.startsWith('[')) {
    return undefined;
  }
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String) : undefined;
  } catch {
    return undefined;
  }
}
