import { getBackendSrv } from '@grafana/runtime';
import { catchError, map, throwError, type Observable } from 'rxjs';
import { toFailure } from '../shared/failure';

/** Speaks the JSON data source protocol with OpsSight through Grafana's data proxy; fails with a readable `Failure`. */
export class Protocol {
  constructor(private readonly url: string) {}

  /** A later call with the same `requestId` cancels an earlier one that is still under way. */
  post<Answer>(path: string, data: unknown, requestId?: string): Observable<Answer> {
    return this.send<Answer>({ method: 'POST', url: `${this.url}${path}`, data, requestId });
  }

  get<Answer>(path: string): Observable<Answer> {
    return this.send<Answer>({ method: 'GET', url: `${this.url}${path}` });
  }

  private send<Answer>(request: {
    method: string;
    url: string;
    data?: unknown;
    requestId?: string;
  }): Observable<Answer> {
    return getBackendSrv()
      .fetch<Answer>({ ...request, showErrorAlert: false })
      .pipe(
        map((response) => response.data),
        catchError((error) => throwError(() => toFailure(error)))
      );
  }
}
