/** What the exit code of every command means; printed by `campaign help exit-codes`. */
export const EXIT = {
  ok: 0,
  defect: 1,
  input: 2,
  account: 3,
  halted: 4,
  incomplete: 5,
  ledger: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_TEXT = `Exit codes
    0  done, or nothing to do
    1  a defect in campaign-runner itself
    2  input that cannot be used: a file, a list, an option, a name that does not exist
    3  the platform does not accept the account
    4  the platform cannot be reached, or the campaign is paused: by itself, or by a person
    5  finished with rows whose outcome is unknown, or a single send that was not sent
    6  the ledger or its disk, or another process that runs the campaign already
  130  interrupted (Ctrl-C, SIGTERM); the same command goes on where it was`;
