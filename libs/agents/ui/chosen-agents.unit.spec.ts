import { describe, expect, it } from 'vitest';
import { ChosenAgents } from './chosen-agents';

const LISTED = ['a', 'b', 'c', 'd'];

describe('the chosen agents', () => {
  it('are single ones', () => {
    const chosen = new ChosenAgents();
    chosen.toggleAgent('a');
    chosen.toggleAgent('c');
    chosen.toggleAgent('a');
    expect([chosen.ids(), chosen.isChosen('a'), chosen.isChosen('c')]).toEqual([['c'], false, true]);
  });

  it('are ranges from the last chosen one, in both directions', () => {
    const chosen = new ChosenAgents();
    chosen.chooseRange('b', LISTED);
    expect(chosen.ids()).toEqual(['b']);
    chosen.chooseRange('d', LISTED);
    expect(chosen.ids()).toEqual(['b', 'c', 'd']);
    chosen.chooseRange('a', LISTED);
    expect(chosen.ids().sort()).toEqual(LISTED);
  });

  it('are only listed ones, also after the last chosen one has left the list', () => {
    const chosen = new ChosenAgents();
    chosen.toggleAgent('a');
    chosen.toggleAgent('d');
    chosen.keepListed(['a', 'b', 'c']);
    expect(chosen.ids()).toEqual(['a']);
    chosen.chooseRange('c', ['a', 'b', 'c']);
    expect(chosen.ids()).toEqual(['a', 'c']);
    chosen.chooseNone();
    expect(chosen.ids()).toEqual([]);
  });
});
