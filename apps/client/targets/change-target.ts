import type { ChangeTargetRequest, RegisterTargetRequest, TargetView } from '@icmp-mon/targets/contract';
import { EXIT_UNDECIDED, isConfirmed, listOf, nothingToSet, tagPatchOf, tagsOf } from '../options';
import { reportChange } from '../output/print-document';
import type { Session } from '../session';
import { printTarget, targetPath } from './show-target';

export async function addTarget(session: Session): Promise<void> {
  const { api, asked } = session;
  const [name, owner, notes, vrf] = ['name', 'owner', 'notes', 'vrf'].map((option) => asked.text(option));
  const [tags, parents] = [tagsOf(session), listOf(session, 'parents')];
  const body: RegisterTargetRequest = {
    ip: asked.args[0] ?? '',
    tier: asked.text('tier') ?? '',
    ...(vrf !== undefined && { vrf }),
    ...(name !== undefined && { name }),
    ...(owner !== undefined && { owner }),
    ...(notes !== undefined && { notes }),
    ...(tags && { tags }),
    ...(parents && { parents }),
    ...(asked.flag('paused') && { paused: true }),
  };
  await printTarget(session, await api.sendPost<TargetView>('targets', body, { isRemembered: true }));
}

export async function setTarget(session: Session): Promise<void> {
  const { asked } = session;
  const texts = (['name', 'owner', 'notes'] as const).map((member) => [member, asked.text(member)] as const);
  const [tier, parents, tags] = [asked.text('tier'), listOf(session, 'parents'), tagPatchOf(session)];
  const patch: ChangeTargetRequest = {
    ...Object.fromEntries(texts.flatMap(([member, text]) => (text === undefined ? [] : [[member, text || null]]))),
    ...(tier !== undefined && { tier }),
    ...(parents && { parents }),
    ...(tags && { tags }),
  };
  if (Object.keys(patch).length === 0) throw nothingToSet(session);
  await changeTarget(session, patch);
}

export const pauseTarget = (session: Session): Promise<void> => changeTarget(session, { paused: true });
export const resumeTarget = (session: Session): Promise<void> => changeTarget(session, { paused: false });

async function changeTarget(session: Session, patch: ChangeTargetRequest): Promise<void> {
  const { api, asked } = session;
  const query = { vrf: asked.text('vrf') };
  await printTarget(session, await api.sendPatch<TargetView>(targetPath(session), patch, { query }));
}

export async function removeTarget(session: Session): Promise<number> {
  const { api, asked } = session;
  const query = { vrf: asked.text('vrf') };
  const { document, etag } = await api.readVersioned<TargetView>(targetPath(session), query);
  const { ip, vrf, name } = document;
  if (!isConfirmed(session, `This removes ${ip}${name === null ? '' : ` (${name})`} in VRF ${vrf}.`))
    return EXIT_UNDECIDED;
  await api.sendDelete(targetPath(session), { query, ifMatch: etag });
  await reportChange(session, `${ip} is removed.`, async () => document);
  return 0;
}
