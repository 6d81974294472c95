import type { OpsSightQuery } from './types';

export const VARIABLE_REF_ID = 'variable';

/** A variable's query, also where a dashboard holds just the name of the query or nothing yet. */
export function toVariableQuery(query: unknown): OpsSightQuery {
  if (typeof query === 'string') {
    return query === '' ? { refId: VARIABLE_REF_ID } : { refId: VARIABLE_REF_ID, target: query };
  }
  return { refId: VARIABLE_REF_ID, ...(query as Partial<OpsSightQuery> | undefined) };
}
