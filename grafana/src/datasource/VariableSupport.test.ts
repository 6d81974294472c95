import { lastValueFrom } from 'rxjs';
import { serve, setVariables } from '../shared/testing';
import { dataSource, request } from './testing';
import type { OpsSightQuery } from './types';

const provisioned: OpsSightQuery = { refId: 'variable', target: 'teams/teams' };

beforeEach(() => setVariables({ org: ['acme'] }));

describe('a variable', () => {
  it('works as it is provisioned', async () => {
    const requests = serve({ '/variable': [{ __text: 'Core team', __value: 'core' }] });

    const { data } = await lastValueFrom(dataSource().variables.query(request([provisioned])));

    expect(requests[0]?.url).toBe('/api/datasources/proxy/uid/opssight/variable');
    expect(requests[0]?.data.payload).toEqual({ target: 'teams/teams' });
    expect(requests[0]?.data.range.raw).toEqual({ from: 'now-1d', to: 'now' });
    expect(data[0].refId).toBe('variable');
    expect(data[0].fields.map(({ name, values }: { name: string; values: string[] }) => [name, values])).toEqual([
      ['text', ['Core team']],
      ['value', ['core']],
    ]);
  });

  it('may depend on another variable', async () => {
    const requests = serve({ '/variable': [] });

    await lastValueFrom(
      dataSource().variables.query(request([{ ...provisioned, target: 'ci/repos', payload: { org: '$org' } }]))
    );

    expect(requests[0]?.data.payload).toEqual({ target: 'ci/repos', org: 'acme' });
  });

  it.each([
    ['pairs', [{ __text: 'Core', __value: 'core' }], [{ text: 'Core', value: 'core' }]],
    ['values alone', [{ __value: 7 }], [{ text: '7', value: '7' }]],
    ['text and value', [{ text: 'Core', value: 'core' }], [{ text: 'Core', value: 'core' }]],
    ['texts', ['core'], [{ text: 'core', value: 'core' }]],
    [
      'a frame of pairs',
      {
        fields: [
          { name: '__value', values: ['c'] },
          { name: '__text', values: ['C'] },
        ],
      },
      [{ text: 'C', value: 'c' }],
    ],
    [
      'frames with other names',
      [
        {
          fields: [
            { name: 'n', type: 'number', values: [1] },
            { name: 'team', type: 'string', values: ['c'] },
          ],
        },
      ],
      [{ text: 'c', value: 'c' }],
    ],
    ['nothing', [], []],
  ])('reads %s', async (_, answer, values) => {
    serve({ '/variable': answer });

    expect(await dataSource().metricFindQuery(provisioned)).toEqual(values);
  });

  it('may be just the name of a query', async () => {
    const requests = serve({ '/variable': [] });

    await dataSource().metricFindQuery('teams/teams');

    expect(requests[0]?.data.payload).toEqual({ target: 'teams/teams' });
  });

  it('starts with an empty query', () => {
    expect(dataSource().variables.getDefaultQuery()).toEqual({ refId: 'variable' });
  });
});
