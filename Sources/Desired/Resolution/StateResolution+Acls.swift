import Model

extension StateResolution {
    mutating func resolveAcls(of fleet: FleetDocument, _ boot: BootFile?) -> [DesiredAcl] {
        var resolved: [PatternFileName: DesiredAcl] = [:]
        for document in acls where document.fleets?.value.selects(fleet) == true {
            guard let name = document.name else { continue }
            let context = "in acl \(document.head.name)"
            if let first = resolved[name.value] {
                let message = "a second document for list \(name.value) in fleet \(fleet.name)"
                report(message, at: name.origin, in: context, related: first.origin)
                continue
            }
            if let boot, !boot.lists.contains(name.value.text) {
                let path = fleet.boot?.value ?? ""
                reportMissing(
                    "list",
                    name.value,
                    among: boot.lists,
                    of: (path, name.origin, context)
                )
            }
            var acl = DesiredAcl(
                name: name.value,
                patterns: patterns(of: document).sorted { $0.text < $1.text },
                origin: name.origin
            )
            acl.unmanaged = document.unmanaged
            resolved[name.value] = acl
        }
        return resolved.values.sorted { $0.name < $1.name }
    }

    private mutating func patterns(of document: AclDocument) -> [DesiredPattern] {
        guard let path = document.patternsFrom else {
            return document.patterns?.value.map { DesiredPattern($0.value, origin: $0.origin) }
                ?? []
        }
        guard let file = files.patterns[path.value] else {
            let message = "file \(VisibleText.quoted(path.value)) is not in the repository"
            report(message, at: path.origin, in: "in acl \(document.head.name)")
            return []
        }
        add(file.diagnostics)
        return file.patterns
    }
}
