import { CustomVariableSupport, type DataQueryRequest, type DataQueryResponse } from '@grafana/data';
import { map, type Observable } from 'rxjs';
import { toValueFrame } from './answers';
import type { OpsSightDataSource } from './DataSource';
import type { OpsSightOptions, OpsSightQuery } from './types';
import { toVariableQuery, VARIABLE_REF_ID } from './variableQuery';
import { VariableQueryEditor } from './VariableQueryEditor';

/** Lets a dashboard's variable take its values from one of OpsSight's queries. */
export class VariableSupport extends CustomVariableSupport<
  OpsSightDataSource,
  OpsSightQuery,
  OpsSightQuery,
  OpsSightOptions
> {
  readonly editor = VariableQueryEditor;

  constructor(private readonly datasource: OpsSightDataSource) {
    super();
  }

  query(request: DataQueryRequest<OpsSightQuery>): Observable<DataQueryResponse> {
    const query = toVariableQuery(request.targets[0]);
    return this.datasource
      .findValues(query, request.scopedVars, request.range)
      .pipe(map((values) => ({ data: [toValueFrame(values, query.refId)] })));
  }

  getDefaultQuery(): Partial<OpsSightQuery> {
    return { refId: VARIABLE_REF_ID };
  }
}
