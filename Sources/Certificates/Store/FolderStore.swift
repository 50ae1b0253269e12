/// A store in a folder of its owner's alone: one folder for each section, one file for each document.
///
/// Folders are 0700 and files 0600; a file is replaced by a temporary one that was synced before (see `DurableFiles`).
package struct FolderStore: CertificateStore {
    private static let endings: [StoreSection: String] = [
        .certificates: ".pem", .records: ".json", .accounts: ".json",
        .externalAccounts: ".key", .holds: ".json", .requests: ".renew",
    ]

    package let path: String
    private let files: any DurableFiles

    /// Creates what is missing and takes away what a crash left half-written.
    package init(at path: String, files: any DurableFiles = DiskFiles()) throws(StoreError) {
        self.path = path
        self.files = files
        for section in StoreSection.allCases {
            let folder = "\(path)/\(section.rawValue)"
            try files.makeFolder(folder)
            for name in try files.names(in: folder) where name.hasSuffix(".new") {
                try files.erase("\(folder)/\(name)")
            }
        }
        try files.syncFolder(path)
    }

    package func names(in section: StoreSection) async throws(StoreError) -> [String] {
        let ending = Self.ending(of: section)
        let all = try files.names(in: "\(path)/\(section.rawValue)")
        return all.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }
            .sorted()
    }

    package func read(
        _ section: StoreSection,
        _ name: String
    ) async throws(StoreError) -> [UInt8]? {
        try files.read(try file(section, name))
    }

    package func write(
        _ bytes: [UInt8],
        to section: StoreSection,
        _ name: String
    ) async throws(StoreError) {
        try files.save(bytes, at: try file(section, name))
    }

    package func remove(_ section: StoreSection, _ name: String) async throws(StoreError) {
        try files.erase(try file(section, name))
    }

    /// Where the document lies; a name that could lead out of the folder is refused.
    package func file(
        _ section: StoreSection,
        _ name: String
    ) throws(StoreError) -> String {
        let allowed = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard allowed, let first = name.first, first != ".", first != "-", name.utf8.count <= 200
        else {
            throw StoreError(
                "keep",
                "'\(name)'",
                "names of the store are letters, digits, '.', '-' and '_', and begin with none of '.' and '-'"
            )
        }
        return "\(path)/\(section.rawValue)/\(name)\(Self.ending(of: section))"
    }

    private static func ending(of section: StoreSection) -> String { endings[section] ?? "" }
}
