export interface PolicyPreview {
  targets: number;
  moved: number;
  unplaced: { reason: string; text: string; count: number; sample: { id: string; ip: string; vrf: string }[] }[];
  agents: PreviewedAgent[];
  sentences: string[];
}
export interface PreviewedAgent {
  id: string;
  name: string;
  region: string;
  provider: string;
  targetsBefore: number;
  targetsAfter: number;
  ppsBefore: number;
  ppsAfter: number;
  capacityPps: number | null;
}
