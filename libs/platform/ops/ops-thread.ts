import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** Answer to a request of the ops server. */
export interface OpsAnswer {
  status: number;
  contentType: string;
  body: string;
}

export interface OpsThreadOptions {
  port: number;
  host: string;
  /** Called on the main thread for `/readyz` and `/metrics`. */
  answer: (route: '/readyz' | '/metrics') => Promise<OpsAnswer>;
  /** Called when the thread ends unexpectedly: the supervisor can no longer monitor the process. */
  onLost: (error: Error) => void;
}

export interface OpsThread {
  port: number;
  close(): Promise<void>;
}

/** Interval at which the main thread stores its progress; it needs one turn of the event loop. */
const PROGRESS_MS = 1_000;
/** `/livez` answers 503 if the main thread has made no progress for this long. Longer than any slow turn of the event loop. */
export const HANGS_AFTER_S = 60;
/** `/readyz` and `/metrics` wait this long for the main thread, then answer 503 with the time of its last progress. */
export const MAIN_ANSWER_MS = 4_000;
/** Maximum connections. A further one replaces the oldest one, so that idle connections cannot block the supervisor. */
export const CONNECTIONS_MAX = 64;
const HEAP_MB = 16;

/**
 * Source of the thread as a text, because the agent is one file and a thread that loaded this file would load the whole agent again. It shares
 * one number with the main thread: the time of the main thread's last progress, in seconds of the monotonic clock.
 */
const SOURCE = String.raw`
const { createServer } = require('node:http');
const { workerData } = require('node:worker_threads');
const { port, host, channel, progress, hangsAfterS, answerMs, connectionsMax } = workerData;
const waiting = new Map();
const answering = new WeakSet();
const connections = new Set();
let lastId = 0;

const asksMain = new Set(['/readyz', '/metrics']);
const idleS = () => Math.max(0, process.hrtime()[0] - Atomics.load(progress, 0));
const json = (status, body) => ({ status, contentType: 'application/json', body: JSON.stringify(body) });

function live() {
  const lastProgressS = idleS();
  const ok = lastProgressS < hangsAfterS;
  const detail = (ok ? 'last progress ' : 'hangs: no progress of the main thread for ') + lastProgressS + ' s' + (ok ? ' ago' : '');
  return json(ok ? 200 : 503, { ok, lastProgressS, detail });
}

const late = () => {
  const detail = 'the main thread did not answer within ' + answerMs / 1000 + ' s (last progress ' + idleS() + ' s ago): it is busy';
  return json(503, { ok: false, parts: { mainThread: { ok: false, detail } } });
};

// The main thread computes one answer per route at a time; simultaneous requests share it.
function askMain(route, respond) {
  const asked = waiting.get(route);
  if (asked) return void asked.responds.push(respond);
  const id = ++lastId;
  const timer = setTimeout(() => settle(id, route, late()), answerMs);
  waiting.set(route, { id, responds: [respond], timer });
  channel.postMessage({ id, route });
}

function settle(id, route, answer) {
  const asked = waiting.get(route);
  if (asked?.id !== id) return;
  waiting.delete(route);
  clearTimeout(asked.timer);
  for (const respond of asked.responds) respond(answer);
}

const server = createServer({ requestTimeout: 5000, connectionsCheckingInterval: 1000 }, (request, response) => {
  const { socket, url } = request;
  // Health checkers wait for the answer before the next request; unlimited pipelined requests would fill this thread's memory.
  if (answering.has(socket)) return void socket.destroy();
  answering.add(socket);
  response.once('close', () => answering.delete(socket));
  const respond = ({ status, contentType, body }) => response.writeHead(status, { 'content-type': contentType }).end(body);
  const route = url.split('?')[0];
  if (route === '/livez') respond(live());
  else if (asksMain.has(route)) askMain(route, respond);
  else respond(json(404, { error: 'Not found: ask /livez, /readyz or /metrics.' }));
});
server.on('connection', (socket) => {
  socket.once('close', () => connections.delete(socket));
  connections.add(socket);
  if (connections.size <= connectionsMax) return;
  const [oldest] = connections;
  connections.delete(oldest);
  oldest.destroy();
});
channel.on('message', ({ id, route, answer, close }) => {
  if (!close) return settle(id, route, answer);
  server.close(() => channel.close());
  server.closeAllConnections();
});
server.once('error', ({ code, message }) => {
  channel.postMessage({ failed: { code, message } });
  channel.close();
});
server.listen(port, host, () => channel.postMessage({ listens: server.address().port }));
`;

type FromThread =
  { listens: number } | { failed: { code?: string; message: string } } | { id: number; route: '/readyz' | '/metrics' };

/**
 * Serves the ops port on a separate thread, so that `/livez` distinguishes a slow main thread from one that hangs. Resolves when it listens.
 * @throws Error with `code` when it cannot listen
 */
export function startOpsThread({ port, host, answer, onLost }: OpsThreadOptions): Promise<OpsThread> {
  const progress = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const noteProgress = (): void => void Atomics.store(progress, 0, process.hrtime()[0]);
  noteProgress();
  const timer = setInterval(noteProgress, PROGRESS_MS);
  timer.unref();
  const { port1: channel, port2 } = new MessageChannel();
  const limits = { hangsAfterS: HANGS_AFTER_S, answerMs: MAIN_ANSWER_MS, connectionsMax: CONNECTIONS_MAX };
  const worker = new Worker(SOURCE, {
    eval: true,
    name: 'ops',
    env: {},
    execArgv: [],
    workerData: { port, host, channel: port2, progress, ...limits },
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 2 },
  });
  let ending = false;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const close = async (): Promise<void> => {
    ending = true;
    clearInterval(timer);
    channel.postMessage({ close: true });
    await ended;
  };
  return new Promise((resolve, reject) => {
    const lose = (error: Error): void => {
      clearInterval(timer);
      reject(error);
      if (!ending) onLost(error);
      ending = true;
    };
    worker.once('error', (error) => lose(error instanceof Error ? error : new Error(String(error))));
    const received = (message: FromThread): void => {
      if ('listens' in message) resolve({ port: message.listens, close });
      else if ('failed' in message) {
        ending = true;
        lose(Object.assign(new Error(message.failed.message), { code: message.failed.code }));
      } else {
        const { id, route } = message;
        void answer(route).then((given) => channel.postMessage({ id, route, answer: given }));
      }
    };
    channel.on('message', received);
    worker.once('exit', (code) => {
      // The thread's last message contains the cause, and may not have been delivered yet.
      const last = receiveMessageOnPort(channel) as { message: FromThread } | undefined;
      if (last !== undefined) received(last.message);
      lose(new Error(`the ops thread exited with code ${code}`));
    });
  });
}
