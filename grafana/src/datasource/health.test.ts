import { HttpError, serve, setVariables } from '../shared/testing';
import { dataSource } from './testing';

const ROOT = '/opssight/';
const healthy = { version: '0.3.2', connectors: ['ci', 'github'], user: 'alice', problem: null };

const check = (answer: unknown) => {
  serve({ [ROOT]: answer });
  return dataSource().testDatasource();
};

beforeEach(() => setVariables({}));

describe('the health check', () => {
  it('tells the version, the connectors and who you are', async () => {
    expect(await check(healthy)).toEqual({
      status: 'success',
      message: 'OpsSight 0.3.2 with 2 connectors; it knows you as alice.',
    });
  });

  it('counts one connector, and says nothing of what it was not told', async () => {
    expect((await check({ version: '0.1.0', connectors: 1 })).message).toBe('OpsSight 0.1.0 with 1 connector.');
    expect((await check({ version: '0.1.0' })).message).toBe('OpsSight 0.1.0.');
  });

  it.each([
    ['nobody listens', new HttpError(502, { message: '', error: 'Bad Gateway' }, 'Bad Gateway'), 'cannot be reached'],
    ['nobody answers', new HttpError(504, { message: '' }), 'did not answer in time'],
    [
      'the token is wrong',
      new HttpError(400, { message: 'Authentication to data source failed', error: 'Bad Request' }),
      'enter its `datasource` token below',
    ],
    ['the prefix is missing', new HttpError(404, { message: '' }), 'should end with /json'],
    ['it is another server', '<html>hello</html>', 'it is not OpsSight'],
    ['it is another JSON API', { status: 'ok' }, 'it is not OpsSight'],
    ['the versions do not fit', { ...healthy, version: '2.0.0' }, 'OpsSight is 2.0.0, this plugin is 0.1.0'],
    ['the identity is missing', { ...healthy, user: null }, 'X-Grafana-Id'],
    [
      'the identity is not believed',
      { ...healthy, user: null, problem: 'The issuer is foreign.' },
      'The issuer is foreign.',
    ],
    ['the server gives a reason', new HttpError(403, { error: 'Service accounts may not ask.' }), 'Service accounts'],
    ['the network is down', new TypeError('Failed to fetch'), 'Failed to fetch'],
  ])('says what is wrong when %s', async (_, answer, words) => {
    const result = await check(answer);

    expect(result.status).toBe('error');
    expect(result.message).toContain(words);
  });
});
