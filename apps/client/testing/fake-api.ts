import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface FakeApi {
  url: string;
  received: Received[];
  stop(): Promise<void>;
}

export type Answerer = (request: Received, response: ServerResponse) => void;

/** An HTTP server on loopback that answers as a test states, and keeps what it received; on any free port, unless one is given. */
export async function startFakeApi(answer: Answerer, onPort = 0): Promise<FakeApi> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url: path = '', headers } = request;
      const each = { method, path, headers, body };
      received.push(each);
      answer(each, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(onPort, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function answerJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(body));
}

/** A problem document. */
export const problem = (status: number, detail: string, members: object = {}): object => ({
  ...{ type: 'about:blank', title: 'Problem', status, detail, code: 'some_code' },
  ...members,
});

/** A server that answers a path with the first of `answers` whose key the path contains; 404 for others. */
export const startAnswering = (answers: Record<string, unknown>): Promise<FakeApi> =>
  startFakeApi(({ path: asked }, response) => {
    const found = Object.entries(answers).find(([part]) => asked.includes(part));
    if (found) answerJson(response, found[1]);
    else answerJson(response, problem(404, 'There is none.'), 404);
  });
