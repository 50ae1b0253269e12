extension RuntimeCommand {
    /// Commands about pattern lists; nil when the keyword is none of them.
    static func parseAcl(
        _ keyword: CommandKeyword,
        _ arguments: Arguments
    ) throws(RuntimeSyntaxError) -> RuntimeCommand? {
        switch keyword {
        case .showAcl:
            return arguments.count == 0 ? .showAcl(nil) : .showAcl(arguments.versioned.map)
        case .addAcl:
            let (acl, rest) = arguments.versioned
            guard !acl.name.isEmpty, let pattern = rest.first, !pattern.isEmpty else {
                throw RuntimeSyntaxError(
                    error: "'add acl' expects two parameters: ACL identifier and pattern."
                )
            }
            return .addAcl(acl, pattern: pattern)
        case .getAcl:
            guard !arguments[1].isEmpty else {
                throw RuntimeSyntaxError(error: "Missing ACL identifier and/or key.")
            }
            return .getAcl(PatternReference(name: arguments[0]), value: arguments[1])
        case .deleteAcl:
            guard !arguments[1].isEmpty else {
                throw RuntimeSyntaxError(
                    error: "This command expects two parameters: ACL identifier and key."
                )
            }
            return .deleteAcl(PatternReference(name: arguments[0]), pattern: arguments[1])
        case .clearAcl:
            return .clearAcl(try named(arguments.versioned.map, "Missing ACL identifier."))
        case .prepareAcl: return .prepareAcl(PatternReference(name: arguments[0]))
        case .commitAcl:
            let acl = arguments.versioned.map
            guard acl.version != nil else {
                throw RuntimeSyntaxError(error: "Missing version number.")
            }
            return .commitAcl(try named(acl, "Missing ACL identifier."))
        default: return nil
        }
    }

    private static func named(
        _ reference: PatternReference,
        _ complaint: String
    ) throws(RuntimeSyntaxError) -> PatternReference {
        guard !reference.name.isEmpty else { throw RuntimeSyntaxError(error: complaint) }
        return reference
    }

    /// Commands about maps; nil when the keyword is none of them.
    static func parseMap(
        _ keyword: CommandKeyword,
        _ arguments: Arguments,
        hasPayload: Bool
    ) throws(RuntimeSyntaxError) -> RuntimeCommand? {
        switch keyword {
        case .showMap:
            return arguments.count == 0 ? .showMap(nil) : .showMap(arguments.versioned.map)
        case .addMap: return try parseAdd(arguments.versioned, hasPayload: hasPayload)
        case .setMap:
            guard !arguments[2].isEmpty else {
                throw RuntimeSyntaxError(
                    error: "'set map' expects three parameters: map identifier, key and value."
                )
            }
            let map = PatternReference(name: arguments[0])
            return .setMap(map, key: arguments[1], value: arguments[2])
        case .getMap:
            guard !arguments[1].isEmpty else {
                throw RuntimeSyntaxError(error: "Missing map identifier and/or key.")
            }
            return .getMap(PatternReference(name: arguments[0]), key: arguments[1])
        case .deleteMap:
            guard !arguments[1].isEmpty else {
                throw RuntimeSyntaxError(
                    error: "This command expects two parameters: map identifier and key."
                )
            }
            return .deleteMap(PatternReference(name: arguments[0]), key: arguments[1])
        case .clearMap:
            return .clearMap(try named(arguments.versioned.map, "Missing map identifier."))
        case .prepareMap: return .prepareMap(PatternReference(name: arguments[0]))
        case .commitMap:
            let map = arguments.versioned.map
            guard map.version != nil else {
                throw RuntimeSyntaxError(error: "Missing version number.")
            }
            return .commitMap(try named(map, "Missing map identifier."))
        default: return nil
        }
    }

    private static func parseAdd(
        _ arguments: (map: PatternReference, rest: ArraySlice<String>),
        hasPayload: Bool
    ) throws(RuntimeSyntaxError) -> RuntimeCommand {
        let map = arguments.map
        if hasPayload, !map.name.isEmpty { return .addMapPayload(map) }
        let rest = Array(arguments.rest)
        guard rest.count >= 2, !rest[1].isEmpty else {
            throw RuntimeSyntaxError(
                error: """
                    'add map' expects three parameters (map identifier, key and value) or one \
                    parameter (map identifier) and a payload
                    """
            )
        }
        return .addMap(map, key: rest[0], value: rest[1])
    }
}

extension Arguments {
    /// `[@ver] map …`: a version that is no number counts as 0, as in HAProxy.
    fileprivate var versioned: (map: PatternReference, rest: ArraySlice<String>) {
        guard self[0].hasPrefix("@") else {
            return (PatternReference(name: self[0]), all.dropFirst())
        }
        let digits = self[0].utf8.dropFirst().prefix(while: RuntimeCommand.isDigit)
        let version = UInt32(String(Substring(digits))) ?? 0
        return (PatternReference(name: self[1], version: version), all.dropFirst(2))
    }
}
