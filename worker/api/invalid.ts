import { ApiProblem } from './problem';

/** One place of a request that is wrong, where no schema says so. To be thrown. */
export function invalid(path: string, message: string): ApiProblem {
  return new ApiProblem('invalid_input', message, { errors: [{ path, message }] });
}
