import { describe, expect, it } from 'vitest';
import { changeOf, keysFault, NO_BULK_VALUES, tagsFault } from './bulk-form';

describe('the values of a bulk change', () => {
  it('state nothing while they are empty', () => {
    expect(changeOf({ ...NO_BULK_VALUES, addTags: ' ', removeTags: ' , ' })).toBeNull();
  });

  it('state only what is filled in', () => {
    expect(changeOf({ ...NO_BULK_VALUES, addTags: 'site=fra "place=am Main"' })).toEqual({
      addTags: { site: 'fra', place: 'am Main' },
    });
    expect(changeOf({ ...NO_BULK_VALUES, removeTags: 'role, rack role', tier: 'fast' })).toEqual({
      removeTags: ['role', 'rack'],
      tier: 'fast',
    });
  });

  it('pause and resume targets, and set or remove their owner', () => {
    expect(changeOf({ ...NO_BULK_VALUES, probing: 'pause', owner: ' net team ' })).toEqual({
      paused: true,
      owner: 'net team',
    });
    expect(changeOf({ ...NO_BULK_VALUES, probing: 'resume', owner: '-' })).toEqual({ paused: false, owner: null });
  });

  it('have faults with the text that is wrong', () => {
    expect(tagsFault('site')).toMatchObject({ message: '"site" is not key=value.' });
    expect(tagsFault('site=fra')).toBeUndefined();
    expect(keysFault('role site=fra')).toMatchObject({ message: '"site=fra" is not the key of a tag.' });
    expect(keysFault('role')).toBeUndefined();
  });
});
