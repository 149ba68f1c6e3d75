// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { Injector, runInInjectionContext } from '@angular/core';
import { BUILT_IN_TIERS, type TierView } from '@icmp-mon/tiers/contract';
import { describe, expect, it, vi } from 'vitest';
import { TierEditor } from './tier-editor';
import { TiersClient } from './tiers.client';

const tier = (change: Partial<TierView> = {}): TierView => ({
  ...BUILT_IN_TIERS.standard,
  ...{ name: 'gold', builtIn: false, version: 4, targetCount: 7, successor: null },
  ...change,
});
const refusal = (status: number, body: object = {}) => ({
  status,
  error: { title: 'Refused', detail: 'Why.', ...body },
});
const preview = { targets: 7, moved: 3, unplaced: [], agents: [], sentences: ['Moves 3 targets.'] };

/** Returns an editor whose server answers as given. */
function given(answers: Partial<Record<keyof TiersClient, unknown>> = {}) {
  const client = {
    previewPolicy: vi.fn(() => Promise.resolve(preview)),
    changeTier: vi.fn(() => Promise.resolve(tier({ version: 5, probeIntervalMs: 30_000 }))),
    createTier: vi.fn((name: string) => Promise.resolve(tier({ name, version: 1 }))),
    fetchTier: vi.fn(() => Promise.resolve(tier({ version: 6, probeTimeoutMs: 500 }))),
    ...answers,
  };
  const injector = Injector.create({ providers: [{ provide: TiersClient, useValue: client }] });
  const editor = runInInjectionContext(injector, () => new TierEditor());
  editor.startEditing(tier(), tier(), 'gold');
  return { editor, client };
}

describe('a tier that is edited', () => {
  it('is saved only as previewed', async () => {
    const { editor, client } = given();
    expect([editor.isChanged(), await editor.saveTier()]).toEqual([false, null]);
    editor.changeDraft({ probeIntervalMs: '30000' });
    expect([editor.isChanged(), editor.isPreviewCurrent()]).toEqual([true, false]);
    expect(await editor.requestPreview()).toBe(true);
    expect([editor.preview(), editor.isPreviewCurrent()]).toEqual([preview, true]);
    expect(editor.previewedChanges()).toEqual(['interval 15 s → 30 s']);
    editor.changeDraft({ count: '2' });
    expect([editor.isPreviewCurrent(), await editor.saveTier()]).toEqual([false, null]);
    expect(client.changeTier).not.toHaveBeenCalled();
    editor.changeDraft({ count: '1' });
    expect(await editor.saveTier()).toMatchObject({ version: 5 });
    expect([editor.isChanged(), editor.preview()]).toEqual([false, null]);
  });

  it('is not sent while it has faults, which go as they are corrected', async () => {
    const { editor, client } = given();
    editor.changeDraft({ count: 'x' });
    expect(editor.faults()).toEqual({});
    expect(await editor.requestPreview()).toBe(false);
    expect(Object.keys(editor.faults())).toEqual(['#/agentSelection/count']);
    editor.changeDraft({ count: '2' });
    expect(editor.faults()).toEqual({});
    expect(client.previewPolicy).not.toHaveBeenCalled();
  });

  it('shows faults of the server at their fields until the draft changes, and others above it', async () => {
    const errors = [{ pointer: '#/checks/0/type', detail: 'no agent reports dns' }];
    const previewPolicy = vi.fn(() => Promise.reject(refusal(400, { errors }))).mockRejectedValueOnce(refusal(429));
    const { editor } = given({ previewPolicy });
    editor.changeDraft({ probeIntervalMs: '30000' });
    expect(await editor.requestPreview()).toBe(false);
    expect([editor.problem()?.detail, editor.busy()]).toEqual(['Why.', null]);
    expect(await editor.requestPreview()).toBe(false);
    expect([editor.problem(), editor.faults()]).toEqual([null, { '#/checks/0/type': 'no agent reports dns' }]);
    editor.changeDraft({ probeIntervalMs: '20000' });
    expect(editor.faults()).toEqual({});
  });

  it('may be saved when the preview cannot be computed, which is stated', async () => {
    const { editor } = given({ previewPolicy: () => Promise.reject(refusal(503)) });
    editor.changeDraft({ probeIntervalMs: '30000' });
    expect(await editor.requestPreview()).toBe(false);
    expect([editor.preview(), editor.previewFailure()?.status, editor.isPreviewCurrent()]).toEqual([null, 503, true]);
    expect(await editor.saveTier()).toMatchObject({ version: 5 });
    expect(editor.previewFailure()).toBeNull();
  });

  it('takes the policy of an earlier version', () => {
    const { editor } = given();
    editor.takePolicy(BUILT_IN_TIERS.fast);
    expect(editor.draft()).toMatchObject({ name: 'gold', probeIntervalMs: '5000' });
    expect(editor.isChanged()).toBe(true);
  });
});

describe('a tier that was changed meanwhile', () => {
  async function clash(answers: Partial<Record<keyof TiersClient, unknown>> = {}) {
    const changeTier = vi.fn(() => Promise.resolve(tier({ version: 7 }))).mockRejectedValueOnce(refusal(412) as never);
    const { editor } = given({ changeTier, ...answers });
    editor.changeDraft({ probeIntervalMs: '30000' });
    await editor.requestPreview();
    expect(await editor.saveTier()).toBeNull();
    return { editor, changeTier };
  }

  it('states what changed, and is read again', async () => {
    const { editor } = await clash();
    expect(editor.conflict()).toMatchObject({ current: { version: 6 }, changes: ['timeout 1 s → 500 ms'] });
    expect([editor.preview(), editor.problem()]).toEqual([null, null]);
    editor.readAgain();
    expect([editor.conflict(), editor.draft()]).toMatchObject([
      null,
      { probeIntervalMs: '15000', probeTimeoutMs: '500' },
    ]);
  });

  it('keeps the changes for a preview against the current version', async () => {
    const { editor, changeTier } = await clash();
    editor.keepChanges();
    expect([editor.conflict(), editor.draft()?.probeIntervalMs]).toEqual([null, '30000']);
    await editor.requestPreview();
    await editor.saveTier();
    expect(changeTier).toHaveBeenLastCalledWith(expect.objectContaining({ version: 6 }), expect.anything());
  });

  it('states that it was removed', async () => {
    const { editor } = await clash({ fetchTier: () => Promise.reject(refusal(404)) });
    expect(editor.conflict()).toEqual({ current: null, changes: [] });
  });
});

describe('a new tier', () => {
  it('needs a name, which the server may refuse', async () => {
    const createTier = vi.fn(() => Promise.reject(refusal(409)));
    const { editor } = given({ createTier });
    editor.startEditing(null, BUILT_IN_TIERS.standard, '');
    expect([await editor.requestPreview(), Object.keys(editor.faults())]).toEqual([false, ['#/name']]);
    editor.changeDraft({ name: 'gold' });
    expect(await editor.requestPreview()).toBe(true);
    expect([await editor.saveTier(), editor.faults()]).toEqual([null, { '#/name': 'Why.' }]);
  });
});
