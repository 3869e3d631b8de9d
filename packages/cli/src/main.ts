#!/usr/bin/env node
import { program } from "commander";
import { initCommand } from "./init/command.ts";

await program.name("coatcheck").addCommand(initCommand(process)).parseAsync();
