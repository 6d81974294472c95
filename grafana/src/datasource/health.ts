import type { TestDataSourceResponse } from '@grafana/data';
import { Failure } from '../shared/failure';

/** What OpsSight says of itself at the root of the protocol. */
export interface Health {
  version?: string;
  connectors?: number | string[];
  /** Who OpsSight takes the caller for; null when Grafana's signed identity did not arrive or was not believed. */
  user?: string | null;
  /** Why the identity was not accepted. */
  problem?: string | null;
}

/** The verdict of the health check, in words. */
export function verdict(health: unknown, pluginVersion: string): TestDataSourceResponse {
  if (!isHealth(health)) {
    return bad('Something answers at this address, but it is not OpsSight: the URL should end with /json.');
  }
  const version = health.version ?? '';
  if (major(version) !== major(pluginVersion)) {
    return bad(
      `OpsSight is ${version}, this plugin is ${pluginVersion}: install the plugin that belongs to the server.`
    );
  }
  if (health.user === null) {
    const reason = health.problem || 'Grafana’s signed identity (X-Grafana-Id) did not arrive';
    return bad(
      `OpsSight ${version} answers, but does not know who you are: ${reason.replace(/\.$/, '')}. ` +
        'Its settings grafana.root_url and grafana.jwks_url must lead to this Grafana.'
    );
  }
  return { status: 'success', message: [`OpsSight ${version}`, connectors(health), you(health)].join('') };
}

/** The verdict when the call itself failed. */
export function failed(error: unknown): TestDataSourceResponse {
  const reason = error instanceof Error ? error.message : 'The call failed.';
  const status = error instanceof Failure ? error.status : undefined;
  if (status === 401) {
    return bad(
      'OpsSight refused the token: enter its `datasource` token below ' +
        '(in provisioning: httpHeaderName1: Authorization, httpHeaderValue1: "Bearer <token>").'
    );
  }
  return bad(status === 404 ? 'There is no OpsSight at this address: the URL should end with /json.' : reason);
}

function connectors({ connectors }: Health): string {
  const count = Array.isArray(connectors) ? connectors.length : connectors;
  return count === undefined ? '' : ` with ${count} ${count === 1 ? 'connector' : 'connectors'}`;
}

function you({ user }: Health): string {
  return user ? `; it knows you as ${user}.` : '.';
}

function bad(message: string): TestDataSourceResponse {
  return { status: 'error', message };
}

function major(version: string): string {
  return version.split('.')[0] ?? '';
}

function isHealth(value: unknown): value is Health {
  return typeof value === 'object' && value !== null && typeof (value as Health).version === 'string';
}
