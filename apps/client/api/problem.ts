import { Refusal } from './refusal';

/** Problem document (RFC 9457) of the API. */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  code: string;
  /** Request id. */
  instance?: string;
  /** `pointer` is a JSON pointer into the body (`#/ip`) or `?name` for a query parameter. */
  errors?: { pointer: string; detail: string }[];
}

/** The API refused a request. Its message names the remedy. */
export class ApiRefusal extends Refusal {
  override readonly name = 'ApiRefusal';

  constructor(readonly problem: Problem) {
    super(messageOf(problem));
  }

  get status(): number {
    return this.problem.status;
  }
}

/** Remedies by status; the detail of the server contains the cause. */
const REMEDIES: Readonly<Record<number, string>> = {
  401:
    'The API key is missing, wrong, expired or revoked. Create one in the portal (Settings ▸ Keys), or on the machine of the ' +
    'installation (npm run icmpmon -- api-keys create <name> --role viewer). Then: icmpmon login --url <url>',
  403: 'Use an API key with this permission: icmpmon login, --key-file or ICMPMON_API_KEY. An administrator creates keys.',
  412: 'It was changed since this command read it, so the command changed nothing. Look at it, then repeat the command.',
  413: 'Send it in several parts.',
  429: 'Try again later, or make fewer requests at the same time.',
  500: 'This is a fault of the server. Report it with the request id.',
  503: 'Try again in a few seconds. The page Health of the portal shows what does not work.',
};

function messageOf({ status, detail, title, instance, errors = [] }: Problem): string {
  const lines = [
    detail || title,
    ...errors.map(({ pointer, detail: fault }) => `  ${placeOf(pointer)}: ${fault}`),
    ...(REMEDIES[status] === undefined ? [] : [REMEDIES[status]]),
    ...(status >= 500 && instance !== undefined ? [`Request id: ${instance}`] : []),
  ];
  return lines.join('\n');
}

/** Names a query parameter, or the member of a body, without the notation of pointers. */
const placeOf = (pointer: string): string => pointer.replace(/^(\?|#\/)/, '').replaceAll('/', '.');

/** Returns whether a body is a problem document. */
export function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && 'status' in body;
}
