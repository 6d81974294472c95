import type { ScopedVars, TypedVariableModel } from '@grafana/data';
import {
  setBackendSrv,
  setTemplateSrv,
  type BackendSrv,
  type BackendSrvRequest,
  type TemplateSrv,
} from '@grafana/runtime';
import { of, throwError, type Observable } from 'rxjs';

/** An answer with a status that is not 2xx, in the form that Grafana's fetch throws. */
export class HttpError {
  readonly statusText: string;

  constructor(
    readonly status: number,
    readonly data: unknown,
    statusText = 'Bad Request'
  ) {
    this.statusText = statusText;
  }
}

/** Puts a Grafana in place whose fetch answers by the end of the address; returns the requests that were made. */
export function serve(answers: Record<string, unknown>): BackendSrvRequest[] {
  const requests: BackendSrvRequest[] = [];
  const fetch = (request: BackendSrvRequest): Observable<unknown> => {
    requests.push(request);
    const path = Object.keys(answers).find((end) => request.url.endsWith(end));
    const answer = path === undefined ? new HttpError(404, { message: '' }) : answers[path];
    const failed = answer instanceof HttpError || answer instanceof Error;
    return failed ? throwError(() => answer) : of({ data: answer, status: 200 });
  };
  setBackendSrv({ fetch } as unknown as BackendSrv);
  return requests;
}

const FORMATS: Record<string, (values: string[]) => string> = {
  csv: (values) => values.join(','),
  json: (values) => JSON.stringify(values),
  glob: (values) => (values.length > 1 ? `{${values.join(',')}}` : values.join('')),
};

/** Puts dashboard variables in place; they are replaced as Grafana does, which hands a lone value over as a text. */
export function setVariables(variables: Record<string, string[]>): void {
  const replace: TemplateSrv['replace'] = (text = '', scopedVars: ScopedVars = {}, format) =>
    text.replace(/\$(\w+)|\$\{(\w+)(?::(\w+))?\}/g, (match, bare, braced, typed) => {
      const name = bare ?? braced;
      const scoped: unknown = scopedVars[name]?.value;
      const values = scoped === undefined ? variables[name] : [scoped].flat().map(String);
      return values === undefined ? match : write(values, typed ?? format ?? 'glob');
    });
  const names = Object.keys(variables).map((name) => ({ name, type: 'query' }) as TypedVariableModel);
  setTemplateSrv({ replace, getVariables: () => names } as TemplateSrv);
}

function write(values: string[], format: string | Function): string {
  if (typeof format === 'function') {
    return format(values.length === 1 ? values[0] : values);
  }
  return FORMATS[format]?.(values) ?? values.join(',');
}
