# Outputs of phases 1 and 3: given by the variables `phase_1` and `phase_3`, else read from their states, which lie
# beside this one's.

data "terraform_remote_state" "phase_1" {
  count   = var.phase_1 == null ? 1 : 0
  backend = var.state.backend
  config = merge(var.state.config, {
    (var.state.backend == "local" ? "path" : "key") = "${try(var.state.config.path, "")}${var.environment}/phase-1.tfstate"
  })
}

data "terraform_remote_state" "phase_3" {
  count   = var.phase_3 == null ? 1 : 0
  backend = var.state.backend
  config = merge(var.state.config, {
    (var.state.backend == "local" ? "path" : "key") = "${try(var.state.config.path, "")}${var.environment}/phase-3.tfstate"
  })
}

locals {
  # try, and no condition: the two sides have different types.
  phase_1 = try(data.terraform_remote_state.phase_1[0].outputs, var.phase_1)
  phase_3 = try(data.terraform_remote_state.phase_3[0].outputs, var.phase_3)
}
