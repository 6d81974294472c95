import { getBackendSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import { toFailure } from './failure';

/** Which action of which connector, such as `github` and `rerun`. */
export interface Action {
  connector: string;
  name: string;
}

/** What OpsSight answers once it has accepted an action. */
export interface Accepted {
  jobId: string;
}

const SEGMENT = /^[a-z][a-z0-9_-]*$/;

/**
 * Asks OpsSight to run an action, under the name of whoever is signed in to Grafana.
 *
 * Make `key` once per confirmed click with `idempotencyKey()`: with the same key a second call changes nothing.
 * Rejects with a `Failure` that says why, also when the reader's role is too low.
 */
export async function runAction(action: Action, data: Record<string, unknown>, key: string): Promise<Accepted> {
  for (const segment of [action.connector, action.name]) {
    if (!SEGMENT.test(segment)) {
      throw new Error(`An action is named by lower-case words, not by “${segment}”.`);
    }
  }
  const answer = getBackendSrv().fetch<Accepted>({
    url: `/api/plugin-proxy/opssight-app/actions/${action.connector}/${action.name}`,
    method: 'POST',
    headers: { 'Idempotency-Key': key },
    data,
    showErrorAlert: false,
  });
  try {
    return (await lastValueFrom(answer)).data;
  } catch (error) {
    throw toFailure(error);
  }
}

/** A fresh random key (UUID version 4), also where Grafana is served by plain HTTP and `randomUUID` is missing. */
export function idempotencyKey(): string {
  if (typeof crypto.randomUUID === 'function') {
    return crypto.randomUUID();
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
