import type { AdHocVariableFilter, DataQueryRequest, ScopedVars } from '@grafana/data';
import type { OpsSightQuery } from './types';

/** The body of `POST /query`: Grafana's whole request, without what JSON cannot hold. */
export function toBody(
  request: DataQueryRequest<OpsSightQuery>,
  targets: OpsSightQuery[],
  filters: AdHocVariableFilter[]
) {
  return { ...keep(request), scopedVars: keep(request.scopedVars), targets, filters };
}

/** The fields that JSON can hold; Grafana's own scene objects refer to themselves and say nothing to a server. */
function keep(fields: object | ScopedVars | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields ?? {}).filter(([name, value]) => !name.startsWith('__scene') && isSerialisable(value))
  );
}

function isSerialisable(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}
