import { DataSourcePlugin } from '@grafana/data';
import { ConfigEditor } from './ConfigEditor';
import { OpsSightDataSource } from './DataSource';
import { QueryEditor } from './QueryEditor';
import type { OpsSightOptions, OpsSightQuery, OpsSightSecrets } from './types';

export const plugin = new DataSourcePlugin<OpsSightDataSource, OpsSightQuery, OpsSightOptions, OpsSightSecrets>(
  OpsSightDataSource
)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
