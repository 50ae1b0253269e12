import Model
import Planning

extension Change {
    /// What was asked of a proxy, in a line for people.
    var words: String {
        switch self {
        case .addServer(let path, _, let endpoint, let attributes):
            (["add server \(path) \(endpoint)"] + attributes.shownWords).joined(separator: " ")
        case .enableHealth(let path): "check \(path)"
        case .enableAgent(let path): "ask the agent of \(path)"
        case .setAdmin(let path, let from, let to): "\(path) \(from.map { "\($0) → " } ?? "")\(to)"
        case .setWeight(let path, let from, let to): "\(path) weight \(from) → \(to)"
        case .setAddress(let path, let from, let to):
            "\(path) \(from.map { "\($0) → " } ?? "")\(to)"
        case .setMaxconn(let path, let from, let to):
            "\(path) maxconn \(from.map { "\($0) → " } ?? "")\(to)"
        case .setCheckAddress(let path, let address, let port):
            "\(path) is checked at \(address ?? "its address")\(port.map { ", port \($0)" } ?? "")"
        case .awaitUp(let path, let limit): "wait until \(path) is up, at most \(limit)"
        case .grace(let path, let time): "leave the clients of \(path) \(time)"
        case .awaitRemovable(let path, let limit): "wait until \(path) is idle, at most \(limit)"
        case .deleteServer(let path): "delete server \(path)"
        default: wordsOfOthers
        }
    }

    /// Of everything that is no server.
    private var wordsOfOthers: String {
        switch self {
        case .addBackend(let name, let defaults, _): "add backend \(name) from \(defaults)"
        case .publishBackend(let name): "publish backend \(name)"
        case .unpublishBackend(let name): "unpublish backend \(name)"
        case .deleteBackend(let name): "delete backend \(name)"
        case .addMapEntry(let map, let entry): "\(map): add \(entry.key) → \(entry.value)"
        case .setMapEntry(let map, let key, let from, let to): "\(map): \(key) \(from) → \(to)"
        case .deleteMapEntry(let map, let entry): "\(map): delete \(entry.key)"
        case .replaceMap(let map, let entries, _, _, _):
            "\(map): replace by \(count(entries.count, "entry", "entries"))"
        case .addPattern(let list, let pattern): "\(list): add \(pattern)"
        case .deletePattern(let list, let pattern): "\(list): delete \(pattern)"
        case .setLimit(let target, let from, let to): "\(target) \(from) → \(to)"
        default: wordsOfCertificates
        }
    }

    private var wordsOfCertificates: String {
        switch self {
        case .storeCertificate(let name, let update):
            update.from.map {
                "certificate \(name) \(CertificateFingerprint.short($0)) → \(update.to)"
            } ?? "add certificate \(name) \(update.to)"
        case .deleteCertificate(let name, _): "delete certificate \(name)"
        case .addCertificateLine(let list, let line): "\(list): add \(line)"
        case .deleteCertificateLine(let list, let line, let number):
            "\(list): delete \(line), line \(number)"
        case .abortTransaction(let transaction, let grace):
            "abort the transaction of certificate \(transaction.certificate) if it rests for \(grace)"
        default: ""
        }
    }
}

extension ServerAttributes {
    /// Without the mark, which says nothing to a person.
    fileprivate var shownWords: [String] {
        sorted.filter { $0.attribute.mutability != .identity }.map { pair in
            pair.value == .flag ? pair.attribute.keyword : "\(pair.attribute.keyword) \(pair.value)"
        }
    }
}
