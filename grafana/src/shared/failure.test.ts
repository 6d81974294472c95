import { Failure, toFailure } from './failure';
import { HttpError } from './testing';

const messageOf = (error: unknown) => (toFailure(error) as Failure).message;

describe('toFailure', () => {
  it.each([
    ['the server’s reason', new HttpError(400, { error: '“from” is after “to”.' }), '“from” is after “to”.'],
    ['Grafana’s reason', new HttpError(403, { message: 'access denied', error: 'Forbidden' }), 'access denied'],
    ['a plain text', new HttpError(500, 'disk full'), 'disk full'],
  ])('takes over %s', (_, error, words) => {
    expect(messageOf(error)).toBe(words);
  });

  it.each([
    [502, 'Bad Gateway', 'cannot be reached'],
    [504, 'Gateway Timeout', 'did not answer in time'],
    [503, 'Service Unavailable', 'busy'],
    [418, 'Teapot', 'HTTP status 418'],
  ])('finds own words for an empty answer with status %d', (status, text, words) => {
    expect(messageOf(new HttpError(status, { message: '', error: text, response: '' }, text))).toContain(words);
  });

  it('does not show the HTML page of a proxy in between', () => {
    expect(messageOf(new HttpError(502, { message: '<html><h1>502</h1></html>' }))).toContain('cannot be reached');
  });

  it('knows a refused token behind the 400 that the data proxy makes of it', () => {
    const failure = toFailure(new HttpError(400, { message: 'Authentication to data source failed' })) as Failure;

    expect(failure.message).toContain('token');
    expect(failure.status).toBe(401);
  });

  it('leaves a cancelled request alone, for Grafana looks for it', () => {
    const cancelled = { cancelled: true, status: -1 };

    expect(toFailure(cancelled)).toBe(cancelled);
  });

  it('keeps the message of an error that is no answer', () => {
    expect(messageOf(new TypeError('Failed to fetch'))).toBe('Failed to fetch');
    expect(messageOf({})).toContain('Grafana did not answer');
  });
});
