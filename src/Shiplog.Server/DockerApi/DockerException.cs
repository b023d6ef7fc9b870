using Shiplog.Domain;
using Shiplog.Domain.Images;

namespace Shiplog.Server.DockerApi;

/// <summary>Ends a request with this status and <c>{"message": …}</c>.</summary>
internal sealed class DockerException(int status, string message) : Exception(message)
{
    public int Status => status;

    public static DockerException Invalid(string message) => new(400, message);

    public static DockerException NotFound(string message) => new(404, message);

    public static DockerException NoSuchContainer(string idOrName, string prefix = "") =>
        NotFound($"{prefix}No such container: {idOrName}");

    public static DockerException NoSuchExec(string id) => NotFound($"No such exec instance: {id}");

    /// <summary>The docker CLI pulls what it is told is not here, by the name in these words: so with its tag.</summary>
    public static DockerException NoSuchImage(string name) =>
        NotFound($"No such image: {(ImageReference.TryParse(name, out var reference, out _) ? reference.Familiar : name)}");

    public static DockerException Conflict(string message) => new(409, message);

    public static DockerException NotBuilt(string what) => new(501, $"{what} is not built yet");

    public static DockerException Of(Refusal refusal, string prefix = "") => new(DockerErrors.StatusOf(refusal.Kind), prefix + refusal.Message);
}
