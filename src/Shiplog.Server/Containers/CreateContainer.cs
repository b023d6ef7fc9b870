using System.Security.Cryptography;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Containers.Rules;
using Shiplog.Domain.Images;
using Shiplog.Domain.Volumes;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Engine;
using Shiplog.Server.Store;
using HostOptions = Shiplog.Domain.Containers.HostOptions;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/create</summary>
internal sealed class CreateContainerEndpoint(ContainerCreator creator) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync(DockerJson.Default.CreateContainerBody)
            ?? throw DockerException.Invalid("invalid JSON: got EOF while reading request body");
        var created = await creator.CreateAsync(body, request.Query("name"), request.Query("platform"), request, request.NewCommand());
        await request.WriteJsonAsync(created, DockerJson.Default.CreateContainerReply, 201);
    }
}

/// <summary>Creates a container of what Docker's API says of it: judged, its mounts planned, its name found, appended.</summary>
internal sealed class ContainerCreator(
    IEventLog log, IVolumeLog volumes, RequestedNetworks networks, RequestedContainer requested, MountPlanner mounts, KernelFeatures kernel, TimeProvider time)
{
    private const int NameAttempts = 6;

    /// <param name="name"><see langword="null"/> for one in words.</param>
    /// <param name="platform">That the image has to be for; <see langword="null"/> for any.</param>
    /// <exception cref="DockerException">It is refused.</exception>
    public async Task<CreateContainerReply> CreateAsync(CreateContainerBody body, string? name, string? platform, DockerRequest request, CommandContext context)
    {
        // Before anything is looked up: a bad name is told apart from an image that is not here yet.
        if (name is not null && !ContainerName.TryParse(name, out _))
            throw DockerException.Invalid($"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        var (config, asked) = requested.Read(body);
        if (NetworkModeRules.Conflict(asked, config, body.MacAddress) is { } conflict)
            throw DockerException.Invalid(conflict);
        (config, asked) = await InNetworkOfAsync(config, asked, request);
        asked = await LinkedAsync(asked, request);
        var (host, warnings, fault) = HostRules.Fit(await SharedAsync(asked, request), body.Hostname ?? "", kernel.Features);
        if (fault is not null)
            throw DockerException.Of(fault);
        var attachments = await networks.ReadAsync(body, host.NetworkMode, request);
        var image = await ImageAsync(body.Image, platform, request);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var command = new CreateContainer(
            context.CommandId, id, name ?? "", body.Image!, config, host, await mounts.PlanAsync(host.Mounts, config.Volumes, image, request.Cancellation))
        {
            Networks = attachments,
        };
        await AppendAsync(command, name, image, context);
        return new CreateContainerReply(id, warnings);
    }

    /// <summary>By ids: whoever's namespaces are shared may be renamed.</summary>
    private async Task<HostOptions> SharedAsync(HostOptions asked, DockerRequest request)
    {
        if (asked.Namespaces is not { } n)
            return asked;
        return asked with { Namespaces = n with { Pid = await ByIdAsync(n.Pid), Ipc = await ByIdAsync(n.Ipc) } };

        async Task<string?> ByIdAsync(string? mode)
        {
            if (NamespaceRules.ContainerOf(mode) is not { Length: > 0 } donor)
                return mode;
            var found = await log.FindContainerAsync(donor, request.Cancellation);
            return found is { Exists: true } ? NamespaceRules.Of(found.Id) : throw DockerException.Invalid($"No such container: {donor}");
        }
    }

    /// <summary>By its id, and with its names, which come with the network. As with Docker, one that is not there is missed at the start.</summary>
    private async Task<(ContainerConfig Config, HostOptions Host)> InNetworkOfAsync(ContainerConfig config, HostOptions asked, DockerRequest request) =>
        NamespaceRules.ContainerOf(asked.NetworkMode) is { } named
        && await log.FindContainerAsync(named, request.Cancellation) is { Exists: true, Config: { } shared } found
            ? (config with { Hostname = shared.Hostname, Domainname = shared.Domainname }, asked with { NetworkMode = NamespaceRules.Of(found.Id) })
            : (config, asked);

    /// <summary>Links by ids.</summary>
    private async Task<HostOptions> LinkedAsync(HostOptions asked, DockerRequest request)
    {
        if (asked.Links is not { } links)
            return asked;
        if (asked.NetworkMode is not "bridge")
            throw DockerException.NotBuilt($"HostConfig.Links in network {asked.NetworkMode}: links in another network than the default one");
        var kept = new List<string>();
        foreach (var link in links)
        {
            if (!LinkContainers.TryParse(link, out var name, out var alias))
                throw DockerException.Invalid($"bad format for links: {link}");
            var found = await log.FindContainerAsync(name, request.Cancellation);
            // As dockerd: of a 404 the docker CLI would say that the image is not there.
            if (found is not { Exists: true })
                throw DockerException.Invalid($"could not get container for {name}: No such container: {name}");
            if (found.Host?.NetworkMode is "host")
                throw DockerException.Invalid("conflicting options: host type networking can't be used with links. This would result in undefined behavior");
            kept.Add(LinkContainers.Kept(found.Id, alias));
        }
        return asked with { Links = [.. kept] };
    }

    private async Task<Image> ImageAsync(string? name, string? platform, DockerRequest request)
    {
        if (string.IsNullOrEmpty(name))
            throw DockerException.Invalid("no image specified");
        var image = await log.FindImageAsync(name, request.Cancellation) ?? throw DockerException.NoSuchImage(name);
        if (platform is not null && ImageConfig.TryParse(image.ConfigJson, out var config) && !config.Fits(platform))
        {
            throw DockerException.NotFound(
                $"image with reference {name} was found but its platform ({config.Os}/{config.Architecture}) does not match the specified platform ({platform})");
        }
        return image;
    }

    /// <summary>The names in words are drawn until one is free; then the id serves.</summary>
    private async Task AppendAsync(CreateContainer command, string? name, Image image, CommandContext context)
    {
        for (var attempt = 0; ; attempt++)
        {
            var named = command with
            {
                Name = name ?? (attempt == NameAttempts ? command.ContainerId[..12] : ContainerName.Suggest(RandomNumberGenerator.GetInt32(int.MaxValue), attempt)),
            };
            var decision = await DecideAsync(named, image, context);
            // Of a conflict about anything else than the name another name would not help.
            if (decision is not Decision.Refused { Reason: { Kind: RefusalKind.Conflict, Message: var reason } } || !reason.StartsWith("Conflict. ", StringComparison.Ordinal))
            {
                ContainerCommands.Accepted<ContainerCreated>(decision);
                return;
            }
            if (name is not null || attempt == NameAttempts)
                throw await NameInUse.ByAsync(log, named.Name);
        }
    }

    private Task<Decision> DecideAsync(CreateContainer command, Image image, CommandContext context)
    {
        if (command.Mounts is not { } plan)
        {
            return log.DecideAsync<Container>(
                Streams.Container(command.ContainerId), c => CreateContainer.Decide(command, c, image, time.GetUtcNow()), context, CancellationToken.None);
        }
        string[] names = [.. plan.Points.Where(p => p.IsVolume).Select(p => p.Name).Distinct()];
        return volumes.DecideCreateAsync(
            command.ContainerId, names,
            (c, states) => CreateVolume.Beside(CreateContainer.Decide(command, c, image, time.GetUtcNow()), plan, states, time.GetUtcNow()),
            context, CancellationToken.None);
    }
}
