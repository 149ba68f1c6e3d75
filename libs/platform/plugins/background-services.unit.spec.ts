import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type BackgroundService, BackgroundServices, type Stage } from './background-services';

const log: string[] = [];

const service = (name: string, stage: Stage, change: Partial<BackgroundService> = {}): BackgroundService => ({
  name,
  stage,
  start: () => void log.push(`start ${name}`),
  stop: () => void log.push(`stop ${name}`),
  ...change,
});

function plugged(...all: BackgroundService[]): BackgroundServices {
  log.length = 0;
  const services = new BackgroundServices();
  services.plug(...all);
  return services;
}

describe('background services', () => {
  it('start by stage and stop in the reverse order, regardless of the order of the modules', async () => {
    const services = plugged(service('report', 'watch'), service('shards', 'work'), service('publisher', 'base'));
    await services.start();
    await services.stop();
    expect(log).toEqual([
      'start publisher',
      'start shards',
      'start report',
      'stop report',
      'stop shards',
      'stop publisher',
    ]);
  });

  it('keep a stage running until all services of the stage above have stopped', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow = service('shards', 'work', { stop: () => promise });
    const services = plugged(slow, service('ticks', 'work'), service('publisher', 'base'));
    await services.start();
    const stopping = services.stop();
    await turn();
    expect(log).not.toContain('stop publisher');
    resolve();
    await stopping;
    expect(log.at(-1)).toBe('stop publisher');
  });

  it('all stop even if some fail, and the errors are thrown at the end', async () => {
    const failing = (name: string): Partial<BackgroundService> => ({
      stop: () => Promise.reject(new Error(`${name} hangs`)),
    });
    const services = plugged(
      service('publisher', 'base'),
      service('shards', 'work', failing('shards')),
      service('report', 'watch', failing('report')),
    );
    await services.start();
    await expect(services.stop()).rejects.toThrow('report hangs; shards hangs');
    expect(log.at(-1)).toBe('stop publisher');
  });
});
