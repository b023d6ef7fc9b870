using System.Security.Cryptography;
using System.Text;

namespace Shiplog.Domain.Networks;

/// <summary>Names a container's place in a network. Docker draws one at random for each start; ours follows from the start's command.</summary>
public static class EndpointId
{
    /// <summary>64 hexadecimal digits.</summary>
    public static string Of(string containerId, string? networkId, string? startCommandId) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{containerId}/{networkId}/{startCommandId}")));
}
