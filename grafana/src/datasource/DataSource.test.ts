import { FieldType, type DataFrame } from '@grafana/data';
import { lastValueFrom } from 'rxjs';
import { HttpError, serve, setVariables } from '../shared/testing';
import { dataSource, METRICS, request } from './testing';
import type { OpsSightQuery } from './types';

const runs: OpsSightQuery = { refId: 'A', target: 'ci/runs', payload: { team: '${team:csv}' } };
const frame = {
  refId: 'A',
  name: 'runs',
  meta: { notices: [{ severity: 'warning', text: 'data is 3 h old' }] },
  fields: [
    { name: 'time', type: 'time', values: [1717200000000, 1717203600000] },
    { name: 'hours', type: 'number', labels: { team: 'core' }, config: { unit: 'h' }, values: [3.1, null] },
  ],
};

beforeEach(() => setVariables({ team: ['core', 'data'] }));

const ask = async (targets: OpsSightQuery[], more = {}): Promise<DataFrame[]> =>
  (await lastValueFrom(dataSource().query(request(targets, more)))).data;

describe('query', () => {
  it('sends one request for the whole panel, with variables replaced', async () => {
    const requests = serve({ '/query': [frame] });

    await ask([runs, { refId: 'B', target: 'ci/jobs' }]);

    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      url: '/api/datasources/proxy/uid/opssight/query',
      method: 'POST',
      requestId: 'SQR100',
      data: {
        dashboardUID: 'opssight-ci',
        panelId: 7,
        panelPluginId: 'timeseries',
        intervalMs: 300000,
        maxDataPoints: 580,
        targets: [
          { refId: 'A', target: 'ci/runs', payload: { team: 'core,data' } },
          { refId: 'B', target: 'ci/jobs', payload: {} },
        ],
      },
    });
    expect(JSON.parse(JSON.stringify(requests[0]?.data)).range.from).toBe('2025-10-08T00:00:00.000Z');
  });

  it('leaves out what JSON cannot hold', async () => {
    const requests = serve({ '/query': [] });
    const scene: Record<string, unknown> = {};
    scene.parent = scene;

    await ask([runs], {
      scopedVars: {
        __sceneObject: { text: '', value: {} },
        loop: { text: '', value: scene },
        __interval: { text: '5m', value: '5m' },
      },
    });

    expect(Object.keys(requests[0]?.data.scopedVars)).toEqual(['__interval']);
    expect(() => JSON.stringify(requests[0]?.data)).not.toThrow();
  });

  it('hands frames on with types, labels, units, refId and notices', async () => {
    serve({ '/query': [frame] });

    const [answer] = await ask([runs]);

    expect(answer?.refId).toBe('A');
    expect(answer?.meta?.notices?.[0]?.text).toBe('data is 3 h old');
    expect(answer?.fields[0]?.type).toBe(FieldType.time);
    expect(answer?.fields[1]).toMatchObject({ labels: { team: 'core' }, config: { unit: 'h' }, values: [3.1, null] });
    expect(answer?.length).toBe(2);
  });

  it('puts the only refId on a frame that has none', async () => {
    serve({ '/query': [{ ...frame, refId: undefined }] });

    expect((await ask([runs]))[0]?.refId).toBe('A');
  });

  it('reads the older shapes of the protocol too', async () => {
    serve({
      '/query': [
        { target: 'x', refId: 'A', datapoints: [[1.5, 1717200000000]] },
        { type: 'table', refId: 'B', columns: [{ text: 'n', type: 'number' }], rows: [[1], [2]] },
      ],
    });

    const [series, table] = await ask([runs]);

    expect(series?.fields.map(({ type }) => type)).toEqual([FieldType.time, FieldType.number]);
    expect(table?.fields[0]?.values).toEqual([1, 2]);
  });

  it('asks nothing for hidden and for empty queries', async () => {
    const requests = serve({ '/query': [frame] });

    const frames = await ask([{ ...runs, hide: true }, { refId: 'B' }, { refId: 'C', target: '' }]);

    expect(frames).toEqual([]);
    expect(requests).toHaveLength(0);
  });

  it('sends ad-hoc filters with their variables replaced', async () => {
    const requests = serve({ '/query': [] });

    await ask([runs], {
      filters: [
        { key: 'team', operator: '=', value: '$team' },
        { key: 'repo', operator: '=|', value: 'web', values: ['web', 'api'] },
      ],
    });

    expect(requests[0]?.data.filters).toEqual([
      { key: 'team', operator: '=', value: '{core,data}' },
      { key: 'repo', operator: '=|', value: 'web', values: ['web', 'api'] },
    ]);
  });

  it('leaves lanes of annotations, whose requests have no filters, unfiltered', async () => {
    const requests = serve({ '/query': [] });

    await ask([runs]);

    expect(requests[0]?.data.filters).toEqual([]);
  });

  it('says what the server said when it refuses', async () => {
    serve({ '/query': new HttpError(400, { error: 'ci/runs has no parameter “tem”.' }) });

    await expect(ask([runs])).rejects.toThrow('ci/runs has no parameter “tem”.');
  });

  it('says so when the answer is no list of frames', async () => {
    serve({ '/query': '<html>' });

    await expect(ask([runs])).rejects.toThrow('something else than a list of frames');
  });
});

describe('what Grafana asks besides', () => {
  it('replaces variables for Explore', () => {
    const [query] = dataSource().interpolateVariablesInQueries([runs], {});

    expect(query?.payload).toEqual({ team: 'core,data' });
  });

  it('has standard annotations and names a query by its target', () => {
    expect(dataSource().annotations).toEqual({});
    expect(dataSource().getQueryDisplayText(runs)).toBe('ci/runs');
  });

  it('asks for the keys of ad-hoc filters with the queries of the board', async () => {
    const requests = serve({ '/tag-keys': [{ type: 'string', text: 'team' }] });

    const keys = await dataSource().getTagKeys({ filters: [], queries: [runs] });

    expect(keys).toEqual([{ type: 'string', text: 'team' }]);
    expect(requests[0]?.data).toEqual({
      filters: [],
      queries: [{ refId: 'A', target: 'ci/runs', payload: { team: 'core,data' } }],
      timeRange: undefined,
    });
  });

  it('asks for the values of one key', async () => {
    const requests = serve({ '/tag-values': [{ text: 'core' }] });

    const values = await dataSource().getTagValues({ key: 'team', filters: [{ key: 'a', operator: '=', value: 'b' }] });

    expect(values).toEqual([{ text: 'core' }]);
    expect(requests[0]?.data).toMatchObject({ key: 'team', filters: [{ key: 'a', operator: '=', value: 'b' }] });
  });

  it('lists the queries on offer, also where the server gives just names', async () => {
    serve({ '/metrics': [METRICS[0], 'teams/teams'] });

    const metrics = await dataSource().metrics();

    expect(metrics.map(({ value, connector }) => [value, connector])).toEqual([
      ['ci/runs', 'ci'],
      ['teams/teams', 'teams'],
    ]);
  });

  it('asks for the values of a parameter with what is chosen so far', async () => {
    const requests = serve({ '/metric-payload-options': [{ label: 'Core', value: 'core' }] });

    const options = await dataSource().options('ci/runs', 'repo', { team: '$team' });

    expect(options).toEqual([{ label: 'Core', value: 'core' }]);
    expect(requests[0]?.data).toEqual({ metric: 'ci/runs', name: 'repo', payload: { team: 'core,data' } });
  });
});
