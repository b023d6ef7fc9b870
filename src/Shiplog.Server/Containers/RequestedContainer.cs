using System.Text.Json;
using Shiplog.Contracts;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using HostOptions = Shiplog.Domain.Containers.HostOptions;

namespace Shiplog.Server.Containers;

/// <summary>
/// Turns the body of a creation into the domain's words. What we cannot honour is refused by name: a container that runs
/// without a limit it was given would be a lie.
/// </summary>
internal sealed class RequestedContainer(Instance instance)
{
    /// <exception cref="DockerException">An option that is not built yet says something.</exception>
    public (ContainerConfig Config, HostOptions Host) Read(CreateContainerBody body)
    {
        var host = body.HostConfig ?? new HostConfigBody();
        Unhonoured.Refuse("", body.Others);
        Unhonoured.Refuse("HostConfig.", host.Others, runtime: instance.Settings.Runtime);
        var network = host.NetworkMode is null or "" or "default" ? "bridge" : host.NetworkMode;
        return (Config(body, network), Host(host, network));
    }

    /// <summary>A configuration as it was asked for: what was left open stays open.</summary>
    public static ContainerConfig Config(CreateContainerBody b, string network) => new(
        b.Hostname is null or "" && network == "host" ? Environment.MachineName : b.Hostname ?? "", b.Domainname ?? "", b.User ?? "",
        b.AttachStdin ?? false, b.AttachStdout ?? false, b.AttachStderr ?? false, b.Tty ?? false, b.OpenStdin ?? false, b.StdinOnce ?? false,
        b.Env ?? [], b.Cmd ?? [], b.Entrypoint, b.WorkingDir ?? "", b.Labels ?? [], PortWire.Exposed(b),
        [.. b.Volumes?.Keys ?? Enumerable.Empty<string>()], b.StopSignal is "" ? null : b.StopSignal, b.StopTimeout)
    {
        Healthcheck = b.Healthcheck is { } h ? new Healthcheck(
            h.Test ?? [], h.Interval ?? 0, h.Timeout ?? 0, h.StartPeriod ?? 0, h.StartInterval ?? 0, h.Retries ?? 0) : null,
        OnBuild = b.OnBuild is [] ? null : b.OnBuild,
        Shell = b.Shell is [] ? null : b.Shell,
    };

    private static HostOptions Host(HostConfigBody h, string network)
    {
        if (h.Isolation is { } isolation && !isolation.Equals("default", StringComparison.OrdinalIgnoreCase) && isolation is not "")
            throw DockerException.Invalid($"invalid isolation '{isolation}' on linux");
        var console = h.ConsoleSize is [var height, var width] ? (height, width) : (0, 0);
        return new HostOptions(
            network, h.AutoRemove ?? false, h.ExtraHosts ?? [], h.Dns ?? [], h.DnsSearch ?? [], h.DnsOptions ?? [],
            [.. (h.CapAdd ?? []).Select(Capabilities.Normalize)], [.. (h.CapDrop ?? []).Select(Capabilities.Normalize)],
            h.ReadonlyRootfs ?? false, h.LogConfig?.Type is null or "" ? "json-file" : h.LogConfig.Type, console.Item2, console.Item1)
        {
            Resources = RequestedOptions.Resources(h),
            Security = RequestedOptions.Security(h),
            Namespaces = RequestedOptions.Namespaces(h),
            Devices = RequestedOptions.Devices(h),
            Ulimits = RequestedOptions.Ulimits(h),
            Sysctls = RequestedOptions.Said(h.Sysctls),
            GroupAdd = RequestedOptions.Said(h.GroupAdd),
            OomScoreAdj = h.OomScoreAdj ?? 0,
            ShmSize = RequestedOptions.ShmSize(h),
            Init = h.Init ?? false,
            LogOptions = RequestedOptions.Said(h.LogConfig?.Config),
            Restart = Restart(h.RestartPolicy),
            Mounts = MountWire.Read(h),
            PortBindings = RequestedOptions.Said(PortWire.Read(h)),
            PublishAllPorts = h.PublishAllPorts ?? false,
            CgroupParent = h.CgroupParent is "" ? null : h.CgroupParent,
            Links = RequestedOptions.Said(h.Links),
        };
    }

    private static RestartPolicy? Restart(RestartPolicyDto? asked)
    {
        var policy = RestartPolicy.Read(asked?.Name, asked?.MaximumRetryCount ?? 0, out var fault);
        return fault is null ? policy : throw DockerException.Invalid(fault);
    }
}

/// <summary>Options that we do not honour: they may be there, and must say nothing.</summary>
internal static class Unhonoured
{
    /// <param name="path">Before the option's name in what the client is told.</param>
    /// <exception cref="DockerException">One of them says something.</exception>
    public static void Refuse(string path, Dictionary<string, JsonElement>? options, string runtime = "")
    {
        foreach (var (name, value) in options ?? [])
        {
            if (!Says(name.ToUpperInvariant(), value, runtime))
                continue;
            throw DockerException.NotBuilt($"{path}{name} ({Shortened(value.GetRawText())})");
        }
    }

    private static bool Says(string name, JsonElement value, string runtime) => (name, value.ValueKind) switch
    {
        (_, JsonValueKind.Null) => false,
        ("RUNTIME", JsonValueKind.String) => Says(value) && Raw(value) != runtime,
        // Written by the client, for itself; the name that counts is in the query.
        ("CONTAINERIDFILE" or "NAME", _) => false,
        _ => Says(value),
    };

    private static bool Says(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False or JsonValueKind.Undefined => false,
        JsonValueKind.Number => !Is(value, 0),
        JsonValueKind.String => Raw(value) is not "",
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(p => Says(p.Value)),
        _ => true,
    };

    // As it is written: half of a surrogate pair is JSON, and no string.
    private static string Raw(JsonElement value) => value.GetRawText()[1..^1];

    private static bool Is(JsonElement value, long number) => value.TryGetInt64(out var has) && has == number;

    private static string Shortened(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
