import { getTemplateSrv } from '@grafana/runtime';
import { setVariables } from '../shared/testing';
import type { Payload } from './types';
import { interpolate, join, split } from './values';

const sent = (payload: Payload, scopedVars = {}) =>
  interpolate({ refId: 'A', target: 'ci/runs', payload }, getTemplateSrv(), scopedVars).payload;

beforeEach(() =>
  setVariables({ team: ['core', 'data'], one: ['core'], flow: ['Build, test', 'Deploy'], metric: ['runs'] })
);

describe('join and split', () => {
  it.each([[[]], [['core']], [['core', 'data']], [['Build, test', 'Deploy']], [['${team:csv}', 'x']]])(
    'give back %j',
    (values) => {
      expect(split(join(values))).toEqual(values);
    }
  );

  it('reads a text that only looks like JSON as it is', () => {
    expect(split('[draft')).toEqual(['[draft']);
  });
});

describe('interpolate', () => {
  it('writes variables in the format that they were typed with', () => {
    expect(sent({ csv: '${team:csv}', json: '${team:json}' })).toEqual({ csv: 'core,data', json: '["core","data"]' });
  });

  it('writes a bare variable as a list, never as {a,b}', () => {
    expect(sent({ team: '$team', braced: '${team}', one: '$one' })).toEqual({
      team: 'core,data',
      braced: 'core,data',
      one: 'core',
    });
  });

  it('keeps values apart that hold a comma', () => {
    expect(sent({ flow: '$flow' })).toEqual({ flow: '["Build, test","Deploy"]' });
  });

  it('flattens a list of values and variables', () => {
    expect(sent({ team: 'web,${team:csv}', flow: '["A, B","${flow:json}"]', list: ['web', '$team'] })).toEqual({
      team: 'web,core,data',
      flow: '["A, B","Build, test","Deploy"]',
      list: 'web,core,data',
    });
  });

  it('prefers a scoped variable, as in a repeated panel', () => {
    expect(sent({ team: '$team' }, { team: { text: 'Data', value: 'data' } })).toEqual({ team: 'data' });
  });

  it('leaves numbers and unknown variables as they are', () => {
    expect(sent({ limit: 100, who: '$nobody' })).toEqual({ limit: 100, who: '$nobody' });
  });

  it('replaces variables in the name of the query', () => {
    const query = interpolate({ refId: 'A', target: 'ci/$metric' }, getTemplateSrv(), {});

    expect(query).toEqual({ refId: 'A', target: 'ci/runs', payload: {} });
  });
});
