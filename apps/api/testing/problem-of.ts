/** Members of a problem document that tests read. */
interface Problem {
  status: number;
  detail: string;
  errors?: { pointer: string; detail: string }[];
}

export async function problemOf(response: Response | Promise<Response>): Promise<Problem> {
  return (await (await response).json()) as Problem;
}
