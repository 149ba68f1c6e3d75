import { createServer } from 'node:http';
import { Counter } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { metrics, type OpsServer, startOpsServer } from './index';

describe('startOpsServer', () => {
  let server: OpsServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const get = (route: string) => fetch(`http://127.0.0.1:${server?.port}${route}`);

  it('is live at once, and ready when every part is', async () => {
    let kafka = false;
    server = await startOpsServer({
      port: 0,
      readiness: () => ({ database: { ok: true, detail: 'answers' }, kafka: { ok: kafka, detail: 'no broker' } }),
    });
    expect((await get('/livez')).status).toBe(200);
    const notReady = await get('/readyz');
    expect(notReady.status).toBe(503);
    expect(await notReady.json()).toEqual({
      ok: false,
      parts: { database: { ok: true, detail: 'answers' }, kafka: { ok: false, detail: 'no broker' } },
    });
    kafka = true;
    expect((await get('/readyz?verbose')).status).toBe(200);
    expect((await get('/else')).status).toBe(404);
  });

  it('answers 500 when the readiness itself fails', async () => {
    server = await startOpsServer({ port: 0, readiness: () => Promise.reject(new Error('cannot tell')) });
    const answer = await get('/readyz');
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ error: 'cannot tell' });
  });

  it('shows the metrics of the process and of the app', async () => {
    const counter = new Counter({ name: 'icmpmon_test_total', help: 'Test.', registers: [metrics] });
    counter.inc(3);
    server = await startOpsServer({ port: 0, readiness: () => ({}) });
    const body = await (await get('/metrics')).text();
    expect(body).toContain('icmpmon_test_total 3');
    expect(body).toContain('process_cpu_seconds_total');
  });

  it('names a port that is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const taken = startOpsServer({ port, readiness: () => ({}) });
    await expect(taken).rejects.toThrow(`Port ${port} is in use. Set ICMPMON_OPS_PORT to a free one.`);
    other.close();
  });
});
