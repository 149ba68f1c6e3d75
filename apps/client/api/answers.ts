import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ConnectionFault, connectionFaultOf, notTheApi } from './connection-fault';
import { ApiRefusal, isProblem } from './problem';

const OWN_TYPES = /json|text\/csv/;

/** A successful answer, whose body is not read yet. */
export interface Answer {
  message: IncomingMessage;
  url: URL;
}

/** Returns what is wrong with an answer, and reads its body; null, and reads nothing, for a successful one. */
export async function failureOf(answer: IncomingMessage, url: URL): Promise<ApiRefusal | ConnectionFault | null> {
  const { statusCode: status = 0, headers } = answer;
  const type = headers['content-type'] ?? '';
  if (status >= 200 && status < 300 && (OWN_TYPES.test(type) || type === '')) return null;
  const body = await text(answer).catch((error: NodeJS.ErrnoException) => connectionFaultOf(error, url));
  if (typeof body !== 'string') return body;
  const document = parsed(body);
  if (isProblem(document)) return new ApiRefusal(document);
  return notTheApi(url, status, type, status >= 300 && status < 400 ? headers.location : undefined);
}

/**
 * Reads the JSON document of a successful answer; undefined if it has no body.
 * @throws ConnectionFault when the connection breaks, or the body is not JSON
 */
export async function documentOf<T>({ message, url }: Answer): Promise<T> {
  const body = await text(message).catch((error: NodeJS.ErrnoException) => {
    throw connectionFaultOf(error, url);
  });
  const document = body === '' ? undefined : parsed(body);
  if (body !== '' && document === undefined)
    throw notTheApi(url, message.statusCode ?? 0, 'application/json', undefined);
  return document as T;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
