import { Application, type DeclarationReflection, type ProjectReflection, ReflectionKind } from "typedoc";

/**
 * Warns of missing comments on functions, on methods and accessors of classes, and on every option. Members of other
 * interfaces need no comment: often their name says everything, and those of a client are documented by its authors.
 */
export function requireComments(app: Application): void {
  app.on(Application.EVENT_VALIDATE_PROJECT, (project: ProjectReflection) => {
    const members = project.getReflectionsByKind(
      ReflectionKind.Function | ReflectionKind.Method | ReflectionKind.Accessor | ReflectionKind.Property,
    ) as DeclarationReflection[];
    for (const member of members.filter(needsComment)) {
      if (!hasComment(member)) app.logger.validationWarning(`${member.getFullName()} has no comment` as never);
    }
  });
}

function needsComment(member: DeclarationReflection): boolean {
  if (member.kindOf(ReflectionKind.Function)) return true;
  if (member.kindOf(ReflectionKind.Property)) return /Options$/.test(member.parent?.name ?? "");
  return member.parent?.kindOf(ReflectionKind.Class) === true;
}

function hasComment(member: DeclarationReflection): boolean {
  const { signatures = [], getSignature } = member;
  return [member, getSignature, ...signatures].some((part) => part?.hasComment() === true);
}
