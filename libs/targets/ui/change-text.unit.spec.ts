import { describe, expect, it } from 'vitest';
import { changeText } from './change-text';

describe('the text of a change', () => {
  it.each([
    [{ member: 'tag:site', from: 'fra', to: 'ams' }, 'tag site: fra → ams'],
    [{ member: 'owner', from: null, to: 'noc' }, 'owner: noc'],
    [{ member: 'name', from: 'edge', to: null }, 'name removed (edge)'],
    [{ member: 'paused', from: null, to: 'true' }, 'paused'],
    [{ member: 'paused', from: 'true', to: null }, 'resumed'],
    [{ member: 'parent', from: null, to: 'p1' }, 'depends on p1'],
    [{ member: 'parent', from: 'p1', to: null }, 'no longer depends on p1'],
    [{ member: 'parent', from: null, to: 'p1', ip: '192.0.2.1' }, 'depends on 192.0.2.1'],
    [{ member: 'parent', from: 'p1', to: null, ip: '192.0.2.1' }, 'no longer depends on 192.0.2.1'],
    [{ member: 'notes', from: null, to: 'first line\nsecond' }, 'notes: first line…'],
    [{ member: 'notes', from: null, to: 'x'.repeat(500) }, `notes: ${'x'.repeat(120)}…`],
  ])('%j', (change, text) => expect(changeText(change)).toBe(text));
});
