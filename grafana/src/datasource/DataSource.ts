import {
  DataSourceApi,
  type AdHocVariableFilter,
  type AnnotationSupport,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceGetTagKeysOptions,
  type DataSourceGetTagValuesOptions,
  type DataSourceInstanceSettings,
  type LegacyMetricFindQueryOptions,
  type MetricFindValue,
  type ScopedVars,
  type TestDataSourceResponse,
  type TimeRange,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { lastValueFrom, map, of, type Observable } from 'rxjs';
import { toFrames, toMetrics, toValues } from './answers';
import { failed, verdict } from './health';
import { Protocol } from './Protocol';
import { toBody } from './request';
import type { Metric, OpsSightOptions, OpsSightQuery, Option, Payload } from './types';
import { interpolate } from './values';
import { toVariableQuery } from './variableQuery';
import { VariableSupport } from './VariableSupport';

/** Hands what a dashboard asks on to OpsSight, one call a panel, and its frames back. */
export class OpsSightDataSource extends DataSourceApi<OpsSightQuery, OpsSightOptions> {
  readonly annotations: AnnotationSupport<OpsSightQuery> = {};
  readonly variables = new VariableSupport(this);
  private readonly protocol: Protocol;
  private readonly version: string;

  constructor(settings: DataSourceInstanceSettings<OpsSightOptions>) {
    super(settings);
    this.protocol = new Protocol((settings.url ?? '').replace(/\/+$/, ''));
    this.version = settings.meta.info.version;
  }

  query(request: DataQueryRequest<OpsSightQuery>): Observable<DataQueryResponse> {
    const targets = this.interpolateVariablesInQueries(
      request.targets.filter((query) => this.filterQuery(query)),
      request.scopedVars
    );
    if (targets.length === 0) {
      return of({ data: [] });
    }
    const filters = this.replaceInFilters(request.filters ?? [], request.scopedVars);
    return this.protocol
      .post('/query', toBody(request, targets, filters), request.requestId)
      .pipe(map((answer) => ({ data: toFrames(answer, targets) })));
  }

  filterQuery(query: OpsSightQuery): boolean {
    return Boolean(query.target) && query.hide !== true;
  }

  getQueryDisplayText(query: OpsSightQuery): string {
    return query.target ?? '';
  }

  interpolateVariablesInQueries(queries: OpsSightQuery[], scopedVars: ScopedVars): OpsSightQuery[] {
    return queries.map((query) => interpolate(query, getTemplateSrv(), scopedVars));
  }

  /** The values of a variable; its query names one of OpsSight's queries. */
  findValues(query: OpsSightQuery, scopedVars: ScopedVars, range?: TimeRange): Observable<MetricFindValue[]> {
    const { target, payload } = interpolate(query, getTemplateSrv(), scopedVars);
    return this.protocol.post('/variable', { payload: { ...payload, target }, range }).pipe(map(toValues));
  }

  metricFindQuery(query: unknown, options?: LegacyMetricFindQueryOptions): Promise<MetricFindValue[]> {
    return lastValueFrom(this.findValues(toVariableQuery(query), options?.scopedVars ?? {}, options?.range));
  }

  getTagKeys(options?: DataSourceGetTagKeysOptions<OpsSightQuery>): Promise<MetricFindValue[]> {
    return lastValueFrom(this.protocol.post<MetricFindValue[]>('/tag-keys', this.tagBody(options)));
  }

  getTagValues(options: DataSourceGetTagValuesOptions<OpsSightQuery>): Promise<MetricFindValue[]> {
    const body = { ...this.tagBody(options), key: options.key };
    return lastValueFrom(this.protocol.post<MetricFindValue[]>('/tag-values', body));
  }

  /** Every query that this reader may use, each with its documentation and parameters. */
  metrics(metric?: string, payload?: Payload): Promise<Metric[]> {
    const body = metric === undefined ? {} : { metric, payload: this.replaceInPayload(payload) };
    return lastValueFrom(this.protocol.post('/metrics', body).pipe(map(toMetrics)));
  }

  /** The values that a parameter offers. */
  options(metric: string, name: string, payload: Payload): Promise<Option[]> {
    const body = { metric, payload: this.replaceInPayload(payload), name };
    return lastValueFrom(this.protocol.post<Option[]>('/metric-payload-options', body));
  }

  /** The dashboard's variables as they are typed into a parameter. */
  variableOptions(): Option[] {
    return getTemplateSrv()
      .getVariables()
      .filter(({ type }) => type !== 'adhoc')
      .map(({ name }) => ({ label: `$${name}`, value: `\${${name}:csv}` }));
  }

  async testDatasource(): Promise<TestDataSourceResponse> {
    try {
      return verdict(await lastValueFrom(this.protocol.get('/')), this.version);
    } catch (error) {
      return failed(error);
    }
  }

  private tagBody(options?: DataSourceGetTagKeysOptions<OpsSightQuery>) {
    const queries = this.interpolateVariablesInQueries(options?.queries ?? [], {});
    return {
      filters: options?.filters ?? [],
      queries: queries.map(({ refId, target, payload }) => ({ refId, target, payload })),
      timeRange: options?.timeRange,
    };
  }

  private replaceInPayload(payload: Payload = {}): Payload {
    return interpolate({ refId: '', payload }, getTemplateSrv(), {}).payload ?? {};
  }

  private replaceInFilters(filters: AdHocVariableFilter[], scopedVars: ScopedVars): AdHocVariableFilter[] {
    const replace = (text: string) => getTemplateSrv().replace(text, scopedVars);
    return filters.map((filter) => ({
      ...filter,
      value: replace(filter.value),
      ...(filter.values && { values: filter.values.map(replace) }),
    }));
  }
}
