/** A failed call in words that a reader of a dashboard understands. */
export class Failure extends Error {
  readonly name = 'Failure';

  constructor(
    message: string,
    readonly status?: number
  ) {
    super(message);
  }
}

/** What Grafana's proxy says instead of the 401 that the server gave. */
const REFUSED_TOKEN = 'Authentication to data source failed';

const REFUSED =
  'OpsSight does not accept the token of this data source, or who you are: “Test” in the settings of the data source says which.';

const WORDS: Record<number, string> = {
  400: 'OpsSight did not understand the request.',
  401: 'Grafana does not know you any more: sign in again.',
  403: 'You may not do this.',
  404: 'OpsSight knows nothing at this address.',
  429: 'OpsSight is asked too often: try again in a moment.',
  502: 'OpsSight cannot be reached from Grafana: is the server running, and is the address right?',
  503: 'OpsSight is busy: try again in a moment.',
  504: 'OpsSight did not answer in time: choose a shorter time range or fewer values.',
};

/** Turns what Grafana's fetch throws into a `Failure`; a cancelled request stays what it is, for Grafana looks for it. */
export function toFailure(error: unknown): unknown {
  if (!isObject(error) || error instanceof Failure || error.cancelled === true) {
    return error;
  }
  return typeof error.status === 'number' ? ofAnswer(error.status, error) : ofNoAnswer(error);
}

function ofAnswer(status: number, { data, statusText }: Record<string, unknown>): Failure {
  const said = textOf(data, statusText);
  if (status === 400 && said.includes(REFUSED_TOKEN)) {
    return new Failure(REFUSED, 401);
  }
  return new Failure(said || WORDS[status] || `OpsSight answered with HTTP status ${status}.`, status);
}

function ofNoAnswer(error: unknown): Failure {
  return new Failure(error instanceof Error ? error.message : 'Grafana did not answer: is the network up?');
}

/** The reason that an answer's body gives; empty when it gives none that a person can read. */
function textOf(data: unknown, statusText: unknown): string {
  const candidates = isObject(data) ? [data.message, data.error] : [data];
  const text = candidates.find((said) => typeof said === 'string' && said !== '' && said !== statusText);
  return typeof text === 'string' && !text.trimStart().startsWith('<') ? text.trim() : '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
