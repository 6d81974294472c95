import type { Metric, OpsSightQuery, Payload } from './types';

/** Connectors in the order of their first query. */
export function connectorsOf(metrics: Metric[]): string[] {
  return [...new Set(metrics.map(({ connector }) => connector ?? ''))].filter((name) => name !== '');
}

/** What a list of queries shows, and in which order. */
export interface Order {
  /** Only queries of this connector. */
  connector?: string;
  /** Queries of this shape come first. */
  shape?: string;
  /** Then those of the connector whose query is chosen. */
  own?: string;
}

/** The queries that a list shows; otherwise in the order of the server. */
export function inOrder(metrics: Metric[], { connector, shape, own }: Order): Metric[] {
  const rank = (metric: Metric) =>
    (shape !== undefined && metric.shape === shape ? 0 : 2) + (metric.connector === own ? 0 : 1);
  return metrics
    .filter((metric) => !connector || metric.connector === connector)
    .sort((left, right) => rank(left) - rank(right));
}

/** Whether every word of a search is in the query's label, name or documentation. */
export function matches(metric: Metric, search: string): boolean {
  const text = [metric.label, metric.value, metric.description].join('\n').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The query moved to another metric; only parameters that the new one knows too are kept. */
export function choose(query: OpsSightQuery, metric: Metric | undefined, target: string): OpsSightQuery {
  const known = metric?.payloads?.map(({ name }) => name);
  const kept = Object.entries(query.payload ?? {}).filter(([name]) => known === undefined || known.includes(name));
  return { ...query, target, payload: Object.fromEntries(kept) };
}

/** The query with one parameter set; an empty one is left out. */
export function setParameter(query: OpsSightQuery, name: string, value: string): OpsSightQuery {
  const payload: Payload = { ...query.payload, [name]: value };
  if (value === '') {
    delete payload[name];
  }
  return { ...query, payload };
}

/** Values of the parameters on which the list of queries itself depends. */
export function reloadingPayload(metric: Metric | undefined, payload: Payload | undefined): Payload {
  const names = (metric?.payloads ?? []).filter(({ reloadMetric }) => reloadMetric).map(({ name }) => name);
  return Object.fromEntries(names.flatMap((name) => (payload?.[name] === undefined ? [] : [[name, payload[name]]])));
}
