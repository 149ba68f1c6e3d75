import type { WindowPage, WindowPreview, WindowView } from '@icmp-mon/maintenance/contract';
import { counted } from '@icmp-mon/platform/text';
import { type ApiClient, pathOf } from '../../api/api-client';
import { ApiRefusal } from '../../api/problem';
import { ifReadable } from '../if-readable';
import type { Change, Failure, Kind } from '../kind';
import { reasonIfRefused } from '../reason-if-refused';
import { compareWindows, type WindowRequest, type WindowState } from './compare-windows';
import { readWindowItem, type WindowItem } from './window-item';

const requestOf = ({ request }: Change): WindowRequest => request as unknown as WindowRequest;

/** Maintenance windows, by their names. */
export const windowKind: Kind<WindowItem, WindowState> = {
  key: 'windows',
  readItem: readWindowItem,
  identityOf: ({ name }) => name,
  readState: (api) => ifReadable(readWindows(api)),
  namesOf: (wanted) => wanted.map(({ item }) => item.name),
  compare: compareWindows,
  async explainChanges(api, changes) {
    for (const change of changes) change.consequences = await consequencesOf(api, requestOf(change));
  },
  async apply({ api, output }, changes) {
    const failures: Failure[] = [];
    for (const change of changes) {
      const reason = await reasonIfRefused(sendWindow(api, requestOf(change)));
      if (reason === null)
        output.note(`window ${change.title}: ${change.action === 'create' ? 'scheduled' : 'amended'}`);
      else failures.push({ change, reason });
    }
    return failures;
  },
  *itemsOf(state) {
    for (const { definition, state: current } of state?.values() ?? []) {
      if (current === 'over') continue;
      const { name, ...members } = definition;
      yield { name, ...Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) };
    }
  },
};

/** Also windows that are over, because their names are still in use. */
async function readWindows(api: ApiClient): Promise<Map<string, WindowView>> {
  const windows = new Map<string, WindowView>();
  for await (const { items } of api.readPages<WindowPage>('maintenance', { state: 'all', kind: 'window' })) {
    for (const window of items) {
      const { name } = window.definition;
      if (name !== null && window.state !== 'cancelled') windows.set(name, window);
    }
  }
  return windows;
}

async function consequencesOf(api: ApiClient, { definition }: WindowRequest): Promise<string[]> {
  try {
    const preview = await api.sendPost<WindowPreview>('maintenance/preview', definition);
    const [next] = preview.items;
    const when = next === undefined ? '' : `Next: ${next.inWindowZone.start} to ${next.inWindowZone.end}. `;
    return [`${when}${counted(preview.targetCount, 'target')} in its scope now.`];
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status !== 400) throw error;
    return [`The server will refuse it: ${error.problem.detail}`];
  }
}

const sendWindow = (api: ApiClient, { definition, existing }: WindowRequest): Promise<unknown> =>
  existing === null
    ? api.sendPost('maintenance', definition)
    : api.sendPut(pathOf('maintenance', existing.id), definition, { ifMatch: `"${existing.version}"` });
