import { Argument, Command } from 'commander';
import { accountsFileJsonSchema } from '../campaign/accounts-file';
import { campaignFileJsonSchema } from '../campaign/campaign-file';
import { PLATFORMS } from './account-file';
import { say } from './screen';

export const SCHEMAS = {
  campaign: campaignFileJsonSchema,
  accounts: () => accountsFileJsonSchema(PLATFORMS),
} as const;

export function command(): Command {
  return new Command('schema')
    .description('Prints the JSON Schema of a file, for an editor or a check of your own.')
    .addArgument(new Argument('<file>', 'which one').choices(Object.keys(SCHEMAS)))
    .addHelpText('after', '\nExample:\n  campaign schema campaign > campaign.schema.json')
    .action((which: keyof typeof SCHEMAS) => {
      say(JSON.stringify(SCHEMAS[which](), null, 2));
    });
}
