import type { DataSourceJsonData } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';

/** What a panel, a variable or an annotation asks of OpsSight. */
export interface OpsSightQuery extends DataQuery {
  /** Connector and query, such as `ci/runs`. */
  target?: string;
  /** Parameters by name: one value, several separated by commas, or a JSON array; variables as `${team:csv}`. */
  payload?: Payload;
}

export type Payload = Record<string, unknown>;

/** Settings that an administrator or the provisioning writes. */
export interface OpsSightOptions extends DataSourceJsonData {
  httpHeaderName1?: string;
}

/** The secret part of the settings, sent by Grafana's proxy and never seen by the browser again. */
export interface OpsSightSecrets {
  httpHeaderValue1?: string;
}

export interface Option {
  label?: string;
  value: string;
}

export interface Parameter {
  name: string;
  label?: string;
  type?: 'multi-select' | 'select' | 'input' | 'textarea';
  /** What the query takes when the parameter is left empty; nothing means all. */
  default?: string;
  /** The list of queries has to be asked again when this parameter changes. */
  reloadMetric?: boolean;
  width?: number;
  options?: Option[];
}

export interface Column {
  name: string;
  type?: string;
  description?: string;
}

/** A query that OpsSight offers, with its documentation. */
export interface Metric {
  label?: string;
  value: string;
  description?: string;
  connector?: string;
  shape?: string;
  columns?: Column[];
  payloads?: Parameter[];
}
