import { LIVE_COMMANDS_MAX } from '@icmp-mon/commands/contract';
import { describe, expect, it } from 'vitest';
import { wantOf, watchedOf } from './wants';

describe('the requests of tabs', () => {
  it('contain a target, commands, both or nothing', () => {
    expect(wantOf(null, [])).toBeNull();
    const wants = [wantOf('t', []), wantOf(null, ['c']), wantOf('u', ['c', 'd'])].flatMap((want) => want ?? []);
    expect(watchedOf(wants)).toEqual({ targets: ['t', 'u'], commands: ['c', 'd'] });
    expect(watchedOf([])).toEqual({ targets: [], commands: [] });
  });

  it('are limited to what one stream can contain', () => {
    const commands = Array.from({ length: LIVE_COMMANDS_MAX + 5 }, (_, at) => `c${at}`);
    expect(watchedOf([wantOf(null, commands) ?? '']).commands).toEqual(commands.slice(0, LIVE_COMMANDS_MAX));
  });
});
