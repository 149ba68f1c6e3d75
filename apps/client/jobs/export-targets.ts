import type { Session } from '../session';

/** Writes the file as it arrives. */
export async function exportTargets({ api, asked, output }: Session): Promise<void> {
  const query = { filter: asked.text('filter'), format: asked.text('format') };
  await output.printBody(await api.downloadBody('targets:export', query, '*/*'), `${api.url} (targets:export)`);
}
