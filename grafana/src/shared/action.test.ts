import { idempotencyKey, runAction } from './action';
import { HttpError, serve } from './testing';

const rerun = { connector: 'github', name: 'rerun' };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('runAction', () => {
  it('goes through the app’s proxy with the key of the click', async () => {
    const requests = serve({ '/actions/github/rerun': { jobId: 'j1' } });

    const accepted = await runAction(rerun, { run: 7 }, 'key-1');

    expect(accepted).toEqual({ jobId: 'j1' });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      url: '/api/plugin-proxy/opssight-app/actions/github/rerun',
      method: 'POST',
      headers: { 'Idempotency-Key': 'key-1' },
      data: { run: 7 },
    });
  });

  it('says what Grafana says when the role is too low', async () => {
    serve({ rerun: new HttpError(403, { message: 'plugin proxy route access denied' }, 'Forbidden') });

    await expect(runAction(rerun, {}, 'k')).rejects.toThrow('plugin proxy route access denied');
  });

  it('says what OpsSight says when it refuses', async () => {
    serve({ rerun: new HttpError(409, { error: 'The run is still going.', message: 'The run is still going.' }) });

    await expect(runAction(rerun, {}, 'k')).rejects.toThrow('The run is still going.');
  });

  it.each(['..', 'a/b', '', '%2e%2e', 'A'])('refuses the name “%s”, which could lead elsewhere', async (name) => {
    const requests = serve({});

    await expect(runAction({ connector: 'github', name }, {}, 'k')).rejects.toThrow('lower-case words');
    expect(requests).toHaveLength(0);
  });
});

describe('idempotencyKey', () => {
  const original = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  afterEach(() => {
    if (original) {
      Object.defineProperty(globalThis, 'crypto', original);
    }
  });
  const setCrypto = (value: unknown) => Object.defineProperty(globalThis, 'crypto', { value, configurable: true });

  it('is the browser’s own where there is one', () => {
    setCrypto({ randomUUID: () => 'from-the-browser' });

    expect(idempotencyKey()).toBe('from-the-browser');
  });

  it('is a version 4 UUID where Grafana is served by plain HTTP', () => {
    const fill = (value: number) => setCrypto({ getRandomValues: (bytes: Uint8Array) => bytes.fill(value) });

    fill(255);
    const high = idempotencyKey();
    fill(0);
    const low = idempotencyKey();

    expect(high).toMatch(UUID);
    expect(low).toMatch(UUID);
    expect(high).not.toBe(low);
  });
});
