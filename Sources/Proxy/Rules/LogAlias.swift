/// The `%xx` variables of log formats (configuration.txt §8.2.6, HAProxy 3.0).
package enum LogAlias: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    case clientAddress, clientPort, frontendAddress, frontendPort
    case backendSourceAddress, backendSourcePort, serverAddress, serverPort
    case actualConnections, frontendConnections, backendConnections, serverConnections, retries
    case serverQueue, backendQueue
    case frontendName, frontendTransport, backendName, serverName
    case bytesRead, bytesUploaded
    case requestCookie, responseCookie, terminationState, terminationStateWithCookie
    case statusCode, requestCounter, uniqueID, processID, hostname
    case requestLine, method, uri, path, query, version
    case capturedRequestHeaders, capturedRequestHeadersCLF
    case capturedResponseHeaders, capturedResponseHeadersCLF
    case date, gmtDate, localDate, timestamp, milliseconds
    case startDate, startGMTDate, startLocalDate
    case handshakeTime, idleTime, requestTime, activeRequestTime, queueTime, connectTime
    case responseTime, activeTime, totalTime, dataTime, userTime
    case tlsCiphers, tlsVersion, fullRequestLine

    /// The name after `%`.
    package var name: String {
        switch self {
        case .clientAddress: "ci"
        case .clientPort: "cp"
        case .frontendAddress: "fi"
        case .frontendPort: "fp"
        case .backendSourceAddress: "bi"
        case .backendSourcePort: "bp"
        case .serverAddress: "si"
        case .serverPort: "sp"
        case .actualConnections: "ac"
        case .frontendConnections: "fc"
        case .backendConnections: "bc"
        case .serverConnections: "sc"
        case .retries: "rc"
        case .serverQueue: "sq"
        case .backendQueue: "bq"
        case .frontendName: "f"
        case .frontendTransport: "ft"
        case .backendName: "b"
        case .serverName: "s"
        case .bytesRead: "B"
        case .bytesUploaded: "U"
        case .requestCookie: "CC"
        case .responseCookie: "CS"
        case .terminationState: "ts"
        case .terminationStateWithCookie: "tsc"
        case .statusCode: "ST"
        case .requestCounter: "rt"
        case .uniqueID: "ID"
        case .processID: "pid"
        case .hostname: "H"
        default: requestName
        }
    }

    private var requestName: String {
        switch self {
        case .requestLine: "r"
        case .method: "HM"
        case .uri: "HU"
        case .path: "HP"
        case .query: "HQ"
        case .version: "HV"
        case .fullRequestLine: "HPO"
        case .capturedRequestHeaders: "hr"
        case .capturedRequestHeadersCLF: "hrl"
        case .capturedResponseHeaders: "hs"
        case .capturedResponseHeadersCLF: "hsl"
        case .date: "t"
        case .gmtDate: "T"
        case .localDate: "Tl"
        case .timestamp: "Ts"
        case .milliseconds: "ms"
        case .startDate: "tr"
        case .startGMTDate: "trg"
        case .startLocalDate: "trl"
        case .handshakeTime: "Th"
        case .idleTime: "Ti"
        case .requestTime: "TR"
        case .activeRequestTime: "Tq"
        case .queueTime: "Tw"
        case .connectTime: "Tc"
        case .responseTime: "Tr"
        case .activeTime: "Ta"
        case .totalTime: "Tt"
        case .dataTime: "Td"
        case .userTime: "Tu"
        case .tlsCiphers: "sslc"
        case .tlsVersion: "sslv"
        default: ""
        }
    }

    /// By the name after `%`.
    package static let byName: [String: LogAlias] = {
        var names = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
        // Old spellings that 2.6 still takes.
        names["lc"] = .requestCounter
        return names
    }()
}
