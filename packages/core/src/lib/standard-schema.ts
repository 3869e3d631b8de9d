/**
 * The part of the Standard Schema interface, version 1, that coatcheck calls (https://standardschema.dev). Zod,
 * Valibot, ArkType and others implement it; typed here so that none of them, nor the specification, is a dependency.
 */
export interface StandardSchema<Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** Either a value, or the reasons why there is none. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };
