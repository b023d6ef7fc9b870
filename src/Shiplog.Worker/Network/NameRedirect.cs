using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Network;

/// <summary>
/// In a container's own network namespace: what it asks 127.0.0.11, as Docker has it, goes to the gateway of its network,
/// where the instance's name server listens.
/// </summary>
internal static class NameRedirect
{
    /// <summary>The server in a container's resolv.conf.</summary>
    public const string Address = "127.0.0.11";

    /// <summary>Sets it up, or up anew. A container that has no network with names needs none.</summary>
    public static async Task ApplyAsync(ContainerPaths container, StartContainer order)
    {
        if (order.Places().FirstOrDefault(p => p.Bridge.Names is not null) is not { } place)
            return;
        _ = OwnThread.Run("netns", () =>
        {
            using var network = Files.Open(container.NetworkNamespace, Interop.O_RDONLY);
            if (Interop.Setns(network, Interop.CLONE_NEWNET) != 0)
                throw LinuxException.Last("setns", container.NetworkNamespace);
            // Without it the kernel sends nothing that began at 127.0.0.1 to another interface (ip-sysctl).
            File.WriteAllText($"/proc/sys/net/ipv4/conf/{place.Bridge.ContainerInterface}/route_localnet", "1");
            return true;
        });
        var rules = Path.Combine(container.Folder, "names.nft");
        await File.WriteAllTextAsync(rules, Rules(place.Bridge.Gateway));
        var nft = await Child.RunAsync(
            Programs.Find("nsenter"), [$"--net={container.NetworkNamespace}", "--", Programs.Find("nft"), "-f", rules], CancellationToken.None);
        if (nft.ExitCode != 0)
            throw new InvalidOperationException($"nft refused {rules}: {nft.Output.Trim()}");
    }

    internal static string Rules(string gateway) =>
        $$"""
        table ip shiplog_names
        delete table ip shiplog_names
        table ip shiplog_names {
          chain output {
            type nat hook output priority -100; policy accept;
            ip daddr {{Address}} udp dport 53 dnat to {{gateway}}:53
            ip daddr {{Address}} tcp dport 53 dnat to {{gateway}}:53
          }
          chain postrouting {
            type nat hook postrouting priority srcnat; policy accept;
            ip saddr 127.0.0.0/8 ip daddr {{gateway}} masquerade
          }
          chain prerouting {
            type filter hook prerouting priority raw; policy accept;
            iifname != "lo" ip daddr 127.0.0.0/8 drop
          }
        }

        """;
}
