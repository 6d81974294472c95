import type { QueryEditorProps } from '@grafana/data';
import React from 'react';
import type { OpsSightDataSource } from './DataSource';
import { QueryEditor } from './QueryEditor';
import type { OpsSightOptions, OpsSightQuery } from './types';
import { toVariableQuery } from './variableQuery';

type Props = QueryEditorProps<OpsSightDataSource, OpsSightQuery, OpsSightOptions, OpsSightQuery>;

/** Chooses the query that gives a variable its values. */
export function VariableQueryEditor(props: Props) {
  return <QueryEditor {...props} query={toVariableQuery(props.query)} preferredShape="variable" />;
}
