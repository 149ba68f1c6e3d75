import { describe, expect, it } from 'vitest';
import { draftOfRule, ONCE, ruleOf, ruleText } from './rule-draft';

describe('the rule of a window', () => {
  it.each([
    ['FREQ=DAILY', 'daily', 'every day'],
    ['FREQ=DAILY;INTERVAL=3;COUNT=5', 'daily', 'every 3 days, 5 times'],
    ['FREQ=WEEKLY', 'weekly', 'every week'],
    [
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20271231',
      'weekly',
      'every 2 weeks on Monday, Thursday, until 2027-12-31',
    ],
    ['FREQ=MONTHLY;BYMONTHDAY=31', 'monthly', 'every month on day 31'],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', 'last-day', 'every month on the last day'],
    ['FREQ=MONTHLY;BYDAY=1TU', 'nth-weekday', 'every month on the first Tuesday'],
    ['FREQ=MONTHLY;BYDAY=-1SU', 'nth-weekday', 'every month on the last Sunday'],
    ['FREQ=YEARLY', 'yearly', 'every year'],
  ] as const)('%s is shown by the choices of %s, as "%s", and built from them again', (rrule, repetition, text) => {
    const draft = draftOfRule(rrule);
    expect([draft.repetition, ruleOf(draft), ruleText(rrule)]).toEqual([repetition, rrule, text]);
  });

  it.each([
    'FREQ=WEEKLY;BYDAY=MO;WKST=SU',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=MONTHLY;BYMONTHDAY=1,15',
    'FREQ=MONTHLY',
    'FREQ=DAILY;BYDAY=MO',
    'FREQ=HOURLY',
    'not a rule',
    '',
  ])('"%s" stays as its text', (rrule) => {
    const draft = draftOfRule(rrule);
    expect([draft.repetition, draft.rule, ruleOf(draft), ruleText(rrule)]).toEqual(['rule', rrule, rrule, rrule]);
  });

  it('is none for a window on one date', () => {
    expect([draftOfRule(null), ruleOf(ONCE), ruleText(null)]).toEqual([ONCE, null, 'once']);
  });

  it('has the same parts in another order', () => {
    expect(draftOfRule('BYDAY=1TU;FREQ=MONTHLY;INTERVAL=1').repetition).toBe('nth-weekday');
  });
});
